export * from "./demo-options.ts";
export * from "./demo-relay.ts";
export * from "./page-address.ts";
export * from "./page-build.ts";
export * from "./page-server.ts";
