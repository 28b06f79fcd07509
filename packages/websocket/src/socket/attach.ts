import type { RawData, WebSocket } from "ws";
import type { WebSocketConnection } from "../connection/connection.ts";

/** Lets a connection hear its socket. */
export function attach(ws: WebSocket, connection: WebSocketConnection): void {
  let reason = "the socket was closed without a goodbye";
  ws.on("message", (data, binary) => connection.receive(bytesOf(data), binary));
  ws.on("ping", () => connection.heard());
  ws.on("pong", (data) => connection.heard(timeOf(data)));
  ws.on("error", (error) => {
    reason = error.message;
  });
  ws.on("close", () => connection.lost(reason));
}

/** A plain view: `slice` of a Buffer does not copy, and whoever gets the bytes may rely on that it does. */
function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return bytesOf(Buffer.concat(data));
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The time in the answer to one of our pings. */
function timeOf(data: Buffer): number | undefined {
  return data.length === 8 ? new DataView(data.buffer, data.byteOffset, 8).getFloat64(0, true) : undefined;
}
