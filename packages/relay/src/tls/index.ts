export type { Certificate, Certificates } from "./certificate.ts";
export { GENERATED_LIFETIME, generateCertificate } from "./generate.ts";
export { openCertificates, type WatchOptions } from "./open.ts";
export { readCertificate } from "./read.ts";
export { resetKey } from "./reset-key.ts";
