/**
 * A relay for Media over QUIC, to be embedded: `new Relay(developmentConfig(), log)`, `start`, `close`. See docs/embedding.md.
 */
export { createLog, type Log } from "./cli/log.ts";
export type { Started } from "./cli/runnable.ts";
export {
  ConfigurationError,
  describeProblems,
  developmentConfig,
  type Loaded,
  loadConfig,
  type Problem,
  type RelayConfig,
  type Sources,
} from "./config/index.ts";
export { RelayCore } from "./core.ts";
export { loadRelay, Relay } from "./relay.ts";
