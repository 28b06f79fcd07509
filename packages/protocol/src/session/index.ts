export * from "./lite/index.ts";
export * from "./session.ts";
