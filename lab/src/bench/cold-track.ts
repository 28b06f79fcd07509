/**
 * Many viewers of one track that nobody at their node reads yet, all at the same moment: how many subscriptions that costs at
 * the publisher, and when the first and the last of them have a frame.
 */
import type {
  BidiEvents,
  BidiStream,
  CloseInfo,
  Connection,
  ConnectionEvents,
  RecvEvents,
  RecvStream,
} from "@moq-relay/protocol/transport";
import { LatencyHistogram } from "../load/latency-histogram.ts";
import { LoadPublisher } from "../load/load-publisher.ts";
import { connect } from "../load/load-run.ts";
import { type Delivered, LoadSubscriber } from "../load/load-subscriber.ts";
import { ProcessCluster } from "../process/cluster.ts";
import { until } from "../process/wait.ts";
import { numbers } from "./options.ts";
import { keep, printTable } from "./report.ts";

export const DEFAULTS = { subscribers: 1_000 };

/** Connections that are made at once: what is measured comes after that. */
const BATCH = 50;
const FEED = { frameRate: 30, frameSize: 4_096, groupSize: 60 };

/** What was seen; times in milliseconds since the moment at which all subscribed. */
export interface Rush extends Record<string, number> {
  readonly subscribers: number;
  /** Subscriptions that the viewers' node made upstream. */
  readonly upstream: number;
  readonly first: number;
  readonly last: number;
}

export async function coldTrack(args: readonly string[]): Promise<void> {
  const options = numbers(args, DEFAULTS);
  const row = await rush(options.subscribers);
  keep("cold-track", { options, ...row });
  printTable("A cold track, at another node than its publisher", [row]);
}

/** @param count viewers, each with a session of its own. */
export async function rush(count: number): Promise<Rush> {
  const cluster = await ProcessCluster.start(1, 2);
  try {
    const [entry, exit] = cluster.nodes;
    const publisher = await connect(entry!.port, (connection) => new LoadPublisher(connection, FEED));
    await until("the relay asks for announcements", () => publisher.announced);
    const viewers: LateViewer[] = [];
    while (viewers.length < count) {
      const batch = Array.from({ length: Math.min(BATCH, count - viewers.length) }, () =>
        connect(exit!.port, (connection) => new LateViewer(connection)),
      );
      viewers.push(...(await Promise.all(batch)));
    }
    const before = await exit!.metric("moq_upstream_subscriptions_total");
    const began = performance.now();
    for (const viewer of viewers) viewer.subscribe();
    await until("everybody has a frame", () => viewers.every(({ servedAt }) => servedAt !== undefined));
    const times = viewers.map(({ servedAt }) => servedAt! - began);
    const upstream = (await exit!.metric("moq_upstream_subscriptions_total")) - before;
    publisher.close();
    return { subscribers: count, upstream, first: Math.min(...times), last: Math.max(...times) };
  } finally {
    await cluster.stop();
  }
}

/** A session that subscribes when it is told to. */
class LateViewer implements ConnectionEvents {
  /** When its first frame came. */
  servedAt: number | undefined;
  readonly #connection: Connection;
  #subscriber: LoadSubscriber | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  subscribe(): void {
    const delivered: Delivered = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
    this.#subscriber = new LoadSubscriber(this.#connection, delivered);
    this.#subscriber.onFrame = () => {
      this.servedAt ??= performance.now();
    };
  }

  onUni(stream: RecvStream): RecvEvents {
    return this.#subscriber?.onUni(stream) ?? { onData() {}, onFin() {}, onReset() {} };
  }

  onBidi(stream: BidiStream): BidiEvents {
    if (this.#subscriber) return this.#subscriber.onBidi(stream);
    stream.send.finish();
    return {
      onData() {},
      onFin() {},
      onReset() {},
      onPressure() {},
      onDrained() {},
      onStopped() {},
      onDelivered() {},
      onOverflow() {},
    };
  }

  onDatagram(): void {}

  onClosed(info: CloseInfo): void {
    this.#subscriber?.onClosed(info);
  }
}
