import { test } from "node:test";
import { Worker } from "node:worker_threads";
import {
  complianceSuite,
  type Endpoints,
  type Harness,
  type OpenOptions,
} from "@moq-relay/protocol/transport/compliance";
import { dial } from "./dial.ts";
import { Engine } from "./engine.ts";
import { listen } from "./listen.ts";
import { unavailableReason } from "./native.ts";
import { TestAuthority } from "./testing/certificates.ts";
import { sendGarbage } from "./testing/garbage.ts";
import { UdpProxy } from "./testing/udp-proxy.ts";

const PROTOCOLS = ["moq-lite-06", "moq-lite-05"] as const;

/** What quinn has taken up, the link holds, and the receiver has not delivered yet. */
const COMMITTED = 768 << 10;

const GARBAGE_SEED = 20_260_101;

const authority = await TestAuthority.create();
const certificate = await authority.issue();

async function endpoints(webTransport: boolean, { limits, onRequest }: OpenOptions): Promise<Endpoints> {
  const engines = [new Engine({ limits }), new Engine({ limits })] as const;
  // A larger packet size that is found while a case runs would move the limit of datagrams.
  const quic = { idleTimeout: 3000, keepAlive: 1000, mtuDiscovery: false };
  const listener = listen({
    address: "127.0.0.1:0",
    certificates: [certificate],
    ...(webTransport ? {} : { alpns: PROTOCOLS, webTransport: false }),
    engine: engines[0],
    quic,
    onRequest,
  });
  const proxy = await UdpProxy.to(listener.port);
  const target = (path: string) =>
    webTransport ? `https://127.0.0.1:${proxy.port}${path}` : `127.0.0.1:${proxy.port}`;
  return {
    authority: webTransport ? `127.0.0.1:${proxy.port}` : "",
    dial: ({ path, protocols }, events) =>
      dial(target(path), { protocols, ca: authority.pem, engine: engines[1], quic }, events),
    close: async () => {
      for (const engine of engines) engine.close();
      proxy.close();
    },
    throttle: (bytesPerSecond) => proxy.throttle(bytesPerSecond),
    garbage: () => sendGarbage(listener.port, 500, GARBAGE_SEED),
    silence: () => proxy.silence(),
    worker: async () =>
      new Worker(new URL("./testing/idle-client.ts", import.meta.url), {
        workerData: { target: target("/worker"), ca: authority.pem, protocol: PROTOCOLS[0] },
      }),
  };
}

function harness(webTransport: boolean): Harness {
  return {
    capabilities: {
      datagrams: true,
      vectoredDatagrams: true,
      http: webTransport,
      offersList: webTransport,
      throttle: { committed: COMMITTED },
      garbage: true,
      silence: true,
      worker: true,
    },
    protocols: PROTOCOLS,
    open: (options) => endpoints(webTransport, options),
  };
}

const reason = unavailableReason();
if (reason === undefined) {
  complianceSuite("raw QUIC", harness(false), { test });
  complianceSuite("WebTransport", harness(true), { test });
} else {
  test("compliance of raw QUIC and WebTransport", { skip: reason }, () => {});
}
