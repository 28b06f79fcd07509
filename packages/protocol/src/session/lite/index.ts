/**
 * moq-lite, all versions: `lite-session.ts` is the conversation; the peer's requests are `*-server.ts`, ours `*-client.ts`.
 * What a version has is told by its record in `wire/lite/versions.ts`.
 */
export { LiteSession } from "./lite-session.ts";
export type { LiteLimits, LiteOptions, ProbeOptions } from "./options.ts";
export type { Rate } from "./token-bucket.ts";
