export type { Claims } from "./claims.ts";
export { type Presented, presented, readClusterToken } from "./cluster-token.ts";
export { KeyFiles } from "./key-files.ts";
export { KeySet } from "./key-set.ts";
export { TOKEN_LIFETIME, TokenMinter } from "./minter.ts";
export { isNamed } from "./peer-certificate.ts";
export { TOKEN_REFUSALS, TokenRefusal, type TokenRefusalReason } from "./refusal.ts";
export { TokenVerifier } from "./verifier.ts";
