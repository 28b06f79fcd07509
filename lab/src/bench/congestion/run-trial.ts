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
import type { Flow, Trial, TrialResult } from "./trial.ts";

/** 30 frames a second that make 2 Mbit/s, a group for each second. */
const FEED = { frameRate: 30, frameSize: 8_333, groupSize: 30 };

/** Milliseconds between looks at the sender's round trip. */
const LOOK = 100;

/** What the receiver has got. */
interface Taken {
  bytes: number;
  readonly latency: LatencyHistogram;
}

/** What the listener does with its next connection: one arrives for each that is dialled, in order. */
type Arrival = (connection: Connection) => ConnectionEvents;

/** A flow's two ends, on a connection of its own. */
interface Ends {
  readonly taken: Taken;
  readonly send: (connection: Connection) => ConnectionEvents;
  readonly receive: (connection: Connection) => ConnectionEvents;
}

function bulk(): Ends {
  const taken = new BulkReceiver();
  return { taken, send: (connection) => new BulkSender(connection), receive: () => taken };
}

function track(): Ends {
  const taken = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
  return {
    taken,
    send: (connection) => new LoadPublisher(connection, FEED),
    receive: (connection) => new LoadSubscriber(connection, taken),
  };
}

/** The one that is measured comes last. */
const FLOWS: Readonly<Record<Flow, readonly (() => Ends)[]>> = {
  bulk: [bulk],
  track: [track],
  "track beside bulk": [bulk, track],
};

async function openLink(trial: Trial, port: number): Promise<UdpProxy> {
  if (trial.rate !== undefined) boundLoopback(port, trial.rate, (trial.rate * 1000 * trial.queue) / 8);
  const link = await UdpProxy.open({ target: port, seed: trial.seed });
  link.setFaults("up", { delay: trial.rtt / 2 });
  link.setFaults("down", { delay: trial.rtt / 2, loss: trial.loss / 100 });
  return link;
}

async function run(trial: Trial): Promise<TrialResult> {
  const authority = await TestAuthority.create();
  const arrivals: Arrival[] = [];
  const listener = listen({
    address: "127.0.0.1:0",
    certificates: [await authority.issue()],
    alpns: [VERSION.alpn],
    engine: new Engine(),
    // Segments of one large write would pass the narrow link as one packet.
    quic: { congestion: trial.control, gso: false },
    onRequest: (request) => request.accept(VERSION.alpn, (connection) => (arrivals.shift() as Arrival)(connection)),
  });
  await using link = await openLink(trial, listener.port);
  const receiving = new Engine();
  let last: { connection: Connection; taken: Taken } | undefined;
  for (const make of FLOWS[trial.flow]) last = await connect(make(), arrivals, link.port, receiving);
  if (last === undefined) throw new Error(`nothing flows in "${trial.flow}"`);
  return await observe(trial, last.connection, last.taken);
}

/** Lets a flow begin; gives the sender's end of its connection. */
function connect(
  { taken, send, receive }: Ends,
  arrivals: Arrival[],
  port: number,
  engine: Engine,
): Promise<{ connection: Connection; taken: Taken }> {
  return new Promise((resolve, reject) => {
    arrivals.push((connection) => {
      resolve({ connection, taken });
      return send(connection);
    });
    const options = { protocols: [VERSION.alpn], insecure: true, engine };
    dial(`127.0.0.1:${port}`, options, { onConnection: receive, onFailed: (reason) => reject(new Error(reason)) });
  });
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
