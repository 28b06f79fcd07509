export * from "./clock.ts";
export * from "./errors.ts";
export * from "./hop.ts";
export * from "./path.ts";
