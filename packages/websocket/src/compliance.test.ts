import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import {
  complianceSuite,
  type Endpoints,
  type Harness,
  type OpenOptions,
  type Test,
} from "@moq-relay/protocol/transport/compliance";
import { type Framing, hasRecords } from "./codec/framing.ts";
import { createWebSocketTransport } from "./index.ts";
import { sendGarbage } from "./testing/garbage.ts";
import { TcpLink } from "./testing/tcp-link.ts";

const PROTOCOLS = ["moq-lite-05", "moq-lite-04"] as const;

/** What a kernel holds of one TCP connection at most , with the link's and our own buffers. */
const COMMITTED = 4 << 20;

/** Where nobody is granted anything, a reader that pauses holds back its whole socket, and no stream waits for a place. */
const NEED_FLOW_CONTROL: ReadonlySet<string> = new Set([
  "a paused receiver holds the sender back, and a resume lets everything through",
  "pressure and drain come in turns",
  "a stream that passes its cap is reset with code 5",
  "a connection's queues together stay under their cap",
  "streams that go before all media are spared by the connection's cap, up to twice its value",
  "a reset of a blocked stream comes through a pause",
  "a stop reaches a sender that is blocked by a pause",
  "a reset after finish abandons what was not delivered",
  "finish waits behind a pause and then delivers everything",
  "streams above the peer's limit wait and arrive in the end",
  "a peer that is known is allowed more two-way streams, and keeps them",
  "streams that wait are admitted by priority, which may change meanwhile",
  "a stream that is reset while it waits is gone",
  "a slow reader is bounded and does not delay a fast one beside it",
]);

/** `test`, without what the legacy framing cannot do. */
const testLegacy: Test = (name, options, body) => {
  const skip = NEED_FLOW_CONTROL.has(name.replace("legacy: ", "")) ? { skip: "no flow control" } : {};
  return test(name, { ...options, ...skip }, body);
};

function harnessOf(framing: Framing): Harness {
  const name = framing === "legacy" ? "webtransport" : framing;
  return {
    protocols: PROTOCOLS,
    capabilities: {
      datagrams: hasRecords(framing),
      http: true,
      offersList: true,
      throttle: { committed: COMMITTED },
      garbage: true,
      silence: true,
      worker: true,
    },
    open: (options) => open(name, options),
  };
}

async function open(framing: string, { limits, onRequest }: OpenOptions): Promise<Endpoints> {
  const options = { limits, pingInterval: 500, idleTimeout: 3_000, closeTimeout: 1_000, handshakeTimeout: 2_000 };
  const server = createWebSocketTransport(options);
  const client = createWebSocketTransport(options);
  const http = createServer();
  http.on("upgrade", (request, socket, head) => server.upgrade(request, socket, head, onRequest));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  const link = await TcpLink.to(port);
  const authority = `127.0.0.1:${link.port}`;
  return {
    authority,
    dial({ path, protocols }, events) {
      const subprotocols = protocols.map((protocol) => `${framing}.${protocol}`);
      return client.dial(`ws://${authority}${path}`, { protocols, subprotocols }, events);
    },
    throttle: (bytesPerSecond) => link.throttle(bytesPerSecond),
    silence: () => link.silence(),
    garbage: () => sendGarbage(port, `${framing}.${PROTOCOLS[0]}`),
    async worker() {
      const url = `ws://127.0.0.1:${port}/worker`;
      const workerData = { url, subprotocols: [`${framing}.${PROTOCOLS[0]}`] };
      const worker = new Worker(new URL("./testing/worker.ts", import.meta.url), { workerData });
      await new Promise<void>((resolve, reject) => worker.once("message", () => resolve()).once("error", reject));
      return worker;
    },
    async close() {
      client.close(0, "");
      server.close(0, "");
      await link.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

for (const framing of ["qmux-02", "qmux-01", "qmux-00", "legacy"] as const) {
  complianceSuite(framing, harnessOf(framing), { test: framing === "legacy" ? testLegacy : test });
}
