export * from "./byte-log.ts";
export * from "./cache-budget.ts";
export * from "./clock.ts";
export * from "./errors.ts";
export * from "./frame-index.ts";
export * from "./hop.ts";
export * from "./live.ts";
export * from "./path.ts";
