import { connect } from "node:net";
import { WebSocket } from "ws";

/** What no client should send before it is a WebSocket. */
const BROKEN_REQUESTS = [
  "\0\u0001\u0002\u0003 nonsense \u0080",
  "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
  "POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 7\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: x\r\nUpg",
];

/** Messages that no framing knows. */
const BROKEN_MESSAGES: readonly (Uint8Array | string)[] = [
  "text",
  Uint8Array.of(),
  Uint8Array.of(0xff),
  Uint8Array.of(0x0e, 0x00),
  Uint8Array.of(0x3f, 1, 2, 3),
  Uint8Array.of(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
  new Uint8Array(40_000).fill(7),
  new Uint8Array(5 << 20),
];

/** After a good upgrade: bytes that are no WebSocket frame. */
const BROKEN_FRAME = Uint8Array.of(0xff, 0xff, 1, 2, 3, 4, 5);

/** Sends nonsense to a server in every form that a WebSocket listener may meet, and waits until it was dealt with. */
export async function sendGarbage(port: number, subprotocol: string): Promise<void> {
  await Promise.all([
    ...BROKEN_REQUESTS.map((request) => sendRequest(port, request)),
    ...BROKEN_MESSAGES.map((message) => sendMessage(port, subprotocol, (ws) => ws.send(message))),
    sendMessage(port, subprotocol, (_, write) => write(BROKEN_FRAME)),
    sendMessage(port, subprotocol, (ws) => ws.terminate()),
  ]);
}

function sendRequest(port: number, request: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.on("data", () => socket.end());
    socket.end(request, "latin1");
  });
}

function sendMessage(
  port: number,
  subprotocol: string,
  send: (ws: WebSocket, write: (bytes: Uint8Array) => void) => void,
): Promise<void> {
  return new Promise((resolve) => {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/garbage`, subprotocol, { perMessageDeflate: false });
    let write: (bytes: Uint8Array) => void = () => {};
    ws.on("upgrade", (response) => {
      write = (bytes) => response.socket.write(bytes);
    });
    ws.on("open", () => send(ws, write));
    ws.on("error", () => {});
    ws.on("close", () => resolve());
  });
}
