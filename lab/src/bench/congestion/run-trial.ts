/**
 * `node run-trial.ts '<a Trial as JSON>'`: sender, link and receiver in one process, whose clock they share; prints the result
 * as JSON. Where the trial has a rate, the process must have a network namespace of its own.
 */
import type { Connection, ConnectionEvents } from "@moq-relay/protocol/transport";
import { dial, Engine, listen } from "@moq-relay/quic";
import { TestAuthority } from "@moq-relay/quic/testing/certificates";
import { BulkReceiver } from "../../load/bulk-receiver.ts";
import { BulkSender } from "../../load/bulk-sender.ts";
import { LatencyHistogram } from "../../load/latency-histogram.ts";
import { LoadPublisher } from "../../load/load-publisher.ts";
import { LoadSubscriber } from "../../load/load-subscriber.ts";
import { VERSION } from "../../load/load-track.ts";
import { boundLoopback } from "../../net/namespace.ts";
import { UdpProxy } from "../../net/udp-proxy.ts";
import { pause } from "../../process/wait.ts";
import { median } from "../report.ts";
import type { Trial, TrialResult } from "./trial.ts";

/** 30 frames a second that make 2 Mbit/s, a group for each second. */
const FEED = { frameRate: 30, frameSize: 8_333, groupSize: 30 };

/** Milliseconds between looks at the sender's round trip. */
const LOOK = 100;

/** What the receiver has got. */
interface Taken {
  bytes: number;
  readonly latency: LatencyHistogram;
}

function sender(trial: Trial, connection: Connection): ConnectionEvents {
  return trial.flow === "bulk" ? new BulkSender(connection) : new LoadPublisher(connection, FEED);
}

/** The receiver of a flow, and what it fills. */
function receiver(trial: Trial): { taken: Taken; open: (connection: Connection) => ConnectionEvents } {
  if (trial.flow === "bulk") {
    const bulk = new BulkReceiver();
    return { taken: bulk, open: () => bulk };
  }
  const taken = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
  return { taken, open: (connection) => new LoadSubscriber(connection, taken) };
}

async function openLink(trial: Trial, port: number): Promise<UdpProxy> {
  if (trial.rate !== undefined) boundLoopback(port, trial.rate, (trial.rate * 1000 * trial.queue) / 8);
  const link = await UdpProxy.open({ target: port, seed: trial.seed });
  link.setFaults("up", { delay: trial.rtt / 2 });
  link.setFaults("down", { delay: trial.rtt / 2, loss: trial.loss / 100 });
  return link;
}

async function run(trial: Trial): Promise<TrialResult> {
  const authority = await TestAuthority.create();
  // Segments of one large write would pass the narrow link as one packet.
  const quic = { congestion: trial.control, gso: false };
  const sending = Promise.withResolvers<Connection>();
  const listener = listen({
    address: "127.0.0.1:0",
    certificates: [await authority.issue()],
    alpns: [VERSION.alpn],
    engine: new Engine(),
    quic,
    onRequest: (request) =>
      request.accept(VERSION.alpn, (connection) => {
        sending.resolve(connection);
        return sender(trial, connection);
      }),
  });
  await using link = await openLink(trial, listener.port);
  const { taken, open } = receiver(trial);
  const options = { protocols: [VERSION.alpn], insecure: true, engine: new Engine() };
  dial(`127.0.0.1:${link.port}`, options, {
    onConnection: open,
    onFailed: (reason) => sending.reject(new Error(reason)),
  });
  return await observe(trial, await sending.promise, taken);
}

async function observe(trial: Trial, connection: Connection, taken: Taken): Promise<TrialResult> {
  await pause(trial.settle * 1000);
  taken.bytes = 0;
  taken.latency.clear();
  const before = connection.stats().bytesSent;
  const start = performance.now();
  const rtts: number[] = [];
  while (performance.now() - start < trial.measure * 1000) {
    await pause(LOOK);
    rtts.push(connection.stats().rtt ?? Number.NaN);
  }
  const seconds = (performance.now() - start) / 1000;
  const { bytes, latency } = taken;
  return {
    mbitPerSecond: (bytes * 8) / 1e6 / seconds,
    p50: latency.percentile(0.5),
    p99: latency.percentile(0.99),
    rtt: median(rtts),
    overhead: (connection.stats().bytesSent - before) / bytes,
  };
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? "") as Trial)));
process.exit(0);
