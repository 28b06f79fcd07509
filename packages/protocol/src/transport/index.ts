export { HandleTable, MAX_HANDLES } from "./handle-table.ts";
export * from "./transport.ts";
