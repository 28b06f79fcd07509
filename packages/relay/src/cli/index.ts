export type { Log, LogFields } from "./log.ts";
export { run } from "./run.ts";
export type { LoadRelay, RunnableRelay, Started } from "./runnable.ts";
export { withCode } from "./system-error.ts";
