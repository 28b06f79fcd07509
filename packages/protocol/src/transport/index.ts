export { HandleTable, MAX_HANDLES } from "./handle-table.ts";
export * from "./memory/index.ts";
export * from "./transport.ts";
