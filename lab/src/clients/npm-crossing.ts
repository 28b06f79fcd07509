import type { LedgerSummary } from "../frames/frame-ledger.ts";
import type { RelayProcess } from "../process/relay-process.ts";
import { NpmPublisher, NpmSubscriber } from "./npm-client.ts";
import type { ClientBinding, Feed, NpmClientSettings } from "./npm-client-settings.ts";

/** What crosses, when nothing else is said: three groups of a third of a second each. */
const FEED: Feed = { instance: 1, frameRate: 30, groupSize: 10, frameSize: 512 };
const GROUPS = 3;

/** What is left to choose. */
export interface CrossingOptions {
  readonly broadcast?: string;
  readonly feed?: Feed;
  /** Whole groups that must come. */
  readonly groups?: number;
  /** Default: WebSocket. */
  readonly binding?: ClientBinding;
}

/** Settings of a client on @moq/net 0.3.4 over WebSocket, which needs nothing but the package. */
export function plainClient(relay: RelayProcess, broadcast: string): Omit<NpmClientSettings, "role" | "feed"> {
  return { module: "@moq/net", binding: "websocket", url: relay.httpUrl, broadcast, track: "frames" };
}

/** Numbered frames on their way from one relay to another. */
export class NpmCrossing {
  readonly publisher: NpmPublisher;
  readonly subscriber: NpmSubscriber;
  readonly #feed: Feed;
  readonly #groups: number;

  /** Starts both clients; whether the relays are connected already does not matter. */
  constructor(from: RelayProcess, to: RelayProcess, options: CrossingOptions = {}) {
    const {
      broadcast = `crossing/${from.port}/${to.port}`,
      feed = FEED,
      groups = GROUPS,
      binding = "websocket",
    } = options;
    this.#feed = feed;
    this.#groups = groups;
    this.subscriber = new NpmSubscriber({ ...plainClient(to, broadcast), binding });
    this.publisher = new NpmPublisher({ ...plainClient(from, broadcast), binding }, feed);
  }

  /** Waits until `groups` whole groups have come, as many as the crossing has when nothing is said. */
  async reaches(groups: number = this.#groups): Promise<void> {
    await this.subscriber.reaches(this.#feed.instance, groups - 1);
  }

  /** Waits until so many more groups have come. */
  async moves(groups: number): Promise<void> {
    const last = this.subscriber.progress.get(this.#feed.instance)?.ledger.lastGroup ?? -1;
    await this.subscriber.reaches(this.#feed.instance, last + groups);
  }

  /**
   * Lets the groups come, ends the feed, and sees to it that its last frame came, too.
   *
   * @returns the subscriber's book.
   * @throws when a frame is missing, came twice or was altered.
   */
  async whole(): Promise<LedgerSummary> {
    await this.reaches();
    const last = await this.publisher.finish();
    const { ledger, altered } = await this.subscriber.reaches(this.#feed.instance, last);
    const { missing, duplicated } = ledger;
    if (missing + duplicated + altered === 0) return ledger;
    throw new Error(`${missing} missing (${ledger.examples.join(" ")}), ${duplicated} twice, ${altered} altered`);
  }

  async kill(): Promise<void> {
    await Promise.all([this.publisher.kill(), this.subscriber.kill()]);
  }
}
