import type { Connection, ConnectionEvents } from "@moq-relay/protocol/transport";
import { dial, type QuicOptions } from "@moq-relay/quic";
import { pause, until } from "../process/wait.ts";
import { LatencyHistogram } from "./latency-histogram.ts";
import { type LoadFeed, LoadPublisher } from "./load-publisher.ts";
import { type Delivered, LoadSubscriber } from "./load-subscriber.ts";
import { VERSION } from "./load-track.ts";

/** How many subscribers are dialled at once. */
const BATCH = 20;

/** One publisher and many subscribers at one relay, over raw QUIC, all in this process. */
export class LoadRun {
  readonly publisher: LoadPublisher;
  readonly subscribers: LoadSubscriber[] = [];
  readonly delivered: Delivered = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
  readonly #port: number;
  readonly #slow: LoadSubscriber[] = [];

  private constructor(port: number, publisher: LoadPublisher) {
    this.#port = port;
    this.publisher = publisher;
  }

  /** Connects the publisher to the relay on a port of 127.0.0.1 and waits until the relay knows its broadcast. */
  static async start(port: number, feed: LoadFeed): Promise<LoadRun> {
    const publisher = await connect(port, (connection) => new LoadPublisher(connection, feed));
    await until("the relay asks for announcements", () => publisher.announced);
    return new LoadRun(port, publisher);
  }

  /** Adds subscribers and waits until each has got a frame. */
  async subscribe(count: number): Promise<void> {
    for (let left = count; left > 0; left -= BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, left) }, () =>
        connect(this.#port, (connection) => new LoadSubscriber(connection, this.delivered)),
      );
      this.subscribers.push(...(await Promise.all(batch)));
      await pause(100);
    }
    await until("every subscriber has a frame", () => this.subscribers.every(({ frames }) => frames > 0));
  }

  /** Adds one subscriber that takes so many bits per second; what it gets is not counted. */
  async subscribeSlowly(pace: number): Promise<void> {
    const uncounted: Delivered = { frames: 0, bytes: 0, resets: 0, lost: 0, latency: new LatencyHistogram() };
    const make = (connection: Connection) => new LoadSubscriber(connection, uncounted, undefined, pace);
    this.#slow.push(await connect(this.#port, make, { receiveWindow: 64 << 10, streamReceiveWindow: 32 << 10 }));
  }

  /** Forgets what was delivered so far. */
  clear(): void {
    const { latency } = this.delivered;
    Object.assign(this.delivered, { frames: 0, bytes: 0, resets: 0, lost: 0 });
    latency.clear();
  }

  close(): void {
    for (const subscriber of [...this.subscribers, ...this.#slow]) subscriber.close();
    this.publisher.close();
  }
}

/** Connects to the relay on a port of 127.0.0.1. */
export function connect<T extends ConnectionEvents>(
  port: number,
  make: (connection: Connection) => T,
  quic: QuicOptions = {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const options = { protocols: [VERSION.alpn], insecure: true, quic };
    dial(`127.0.0.1:${port}`, options, {
      onConnection: (connection) => {
        const events = make(connection);
        resolve(events);
        return events;
      },
      onFailed: (reason) => reject(new Error(`dialling 127.0.0.1:${port}: ${reason}`)),
    });
  });
}
