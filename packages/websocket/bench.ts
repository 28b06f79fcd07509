/**
 * Fan-out over WebSockets: what the server's process costs for each delivered Gbit, with this package and with the npm
 * package of qmux. `node bench.ts <ours|npm> <bytes in a chunk> <chunks per second> [subscribers] [seconds]`
 *
 * Each subscriber is a raw client in another process that grants without end and reads without looking.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import Session from "@moq/qmux";
import type { Connection } from "@moq-relay/protocol/transport";
import { WebSocket, WebSocketServer } from "ws";
import { encodeFrame } from "./src/codec/encode.ts";
import { createWebSocketTransport } from "./src/index.ts";
import { GENEROUS } from "./src/testing/raw-peer.ts";
import { Recorder, StreamRecord } from "./src/testing/recorder.ts";

const SUBPROTOCOL = "qmux-01.moq-lite-05";

/** Writes one chunk to every subscriber. */
type Write = (chunk: Uint8Array) => void;

/** A server with subscribers, and how to write to all of them. */
interface Fan {
  readonly port: number;
  /** Resolves when `count` subscribers are there. */
  ready(count: number): Promise<Write>;
  /** Bytes that wait in the process. */
  waiting(): number;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function ours(): Promise<Fan> {
  const transport = createWebSocketTransport();
  const connections: Connection[] = [];
  const http = createServer();
  http.on("upgrade", (request, socket, head) => {
    transport.upgrade(request, socket, head, (visit) => {
      visit.accept(visit.offers[0] ?? "", (connection) => {
        connections.push(connection);
        return new Recorder(connection);
      });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    port: (http.address() as AddressInfo).port,
    async ready(count) {
      await until(() => connections.length === count);
      const record = new StreamRecord();
      const streams = Uint32Array.from(connections, (connection) => connection.openUni(0, record).handle);
      return (chunk) => transport.carrier.write(streams, chunk);
    },
    waiting: () => connections.reduce((sum, connection) => sum + connection.stats().bytesQueued, 0),
  };
}

async function npm(): Promise<Fan> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  const sessions: Session[] = [];
  let pending = 0;
  server.on("connection", (ws) => sessions.push(Session.accept(ws as never, { protocol: SUBPROTOCOL })));
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async ready(count) {
      await until(() => sessions.length === count);
      const writers = await Promise.all(sessions.map(async (s) => (await s.createUnidirectionalStream()).getWriter()));
      return (chunk) => {
        for (const writer of writers) {
          pending += chunk.length;
          void writer.write(chunk).then(() => {
            pending -= chunk.length;
          });
        }
      };
    },
    waiting: () => pending,
  };
}

/** The other process: subscribers that read everything. */
function subscribe(port: number, count: number): void {
  const parameters = { ...GENEROUS, maxData: 2 ** 50, maxStreamDataUni: 2 ** 50 };
  const hello = encodeFrame("qmux-01", { type: "parameters", parameters });
  for (let i = 0; i < count; i++) {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`, SUBPROTOCOL, { perMessageDeflate: false });
    ws.on("open", () => ws.send(hello));
    ws.on("message", () => {});
  }
}

async function measure(which: string, size: number, rate: number, subscribers: number, seconds: number): Promise<void> {
  const fan = which === "ours" ? await ours() : await npm();
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "subscribe", `${fan.port}`, `${subscribers}`]);
  const write = await fan.ready(subscribers);
  const chunk = new Uint8Array(size).fill(7);
  const usage = process.cpuUsage();
  const start = performance.now();
  let written = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(rate * seconds, Math.floor(((performance.now() - start) / 1_000) * rate));
      for (; written < due; written++) write(chunk);
      if (written < rate * seconds) return;
      clearInterval(timer);
      resolve();
    }, 5);
  });
  await until(() => fan.waiting() === 0);
  const { user, system } = process.cpuUsage(usage);
  const gbit = (written * size * subscribers * 8) / 1e9;
  const perGbit = (user + system) / 1e6 / gbit;
  const wall = (performance.now() - start) / 1_000;
  console.log(
    `${which} ${size} B x ${rate}/s x ${subscribers}: ${perGbit.toFixed(2)} CPU s/Gbit, ${gbit.toFixed(2)} Gbit in ${wall.toFixed(1)} s`,
  );
  child.kill();
}

const [which = "ours", size, rate, subscribers = "50", seconds = "5"] = parseArgs({
  allowPositionals: true,
}).positionals;
if (which === "subscribe") {
  subscribe(Number(size), Number(rate));
} else {
  await measure(which, Number(size), Number(rate), Number(subscribers), Number(seconds));
  process.exit(0);
}
