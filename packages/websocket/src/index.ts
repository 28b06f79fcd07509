export type { Clock } from "./clock.ts";
export type { WebSocketDialOptions } from "./dial.ts";
export type { WebSocketOptions } from "./settings.ts";
export { createWebSocketTransport, type WebSocketTransport } from "./transport.ts";
export type { Trust } from "./trust.ts";
