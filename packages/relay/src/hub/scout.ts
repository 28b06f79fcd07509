import { type HopId, LIVE, type Path } from "@moq-relay/protocol/model";
import type { SubscribeRequest } from "@moq-relay/protocol/session";
import { Reader } from "./reader.ts";
import { UNSEEN } from "./unseen.ts";

/** Who asks what a track is. */
export interface Asker {
  readonly hop: HopId;
  /** It subscribes at the same time, as relays of our kind do. */
  readonly subscribes: boolean;
}

/** Milliseconds that a scout waits for the subscription that it prepares. */
export const SCOUT_PATIENCE = 1_000;

/**
 * A reader that nobody sees. Whoever asks what a track is will subscribe to it next, so the feed subscribes upstream while
 * the question is still under way: otherwise the two go one after the other through every relay to the publisher. And whose
 * session has ended may be back in a moment, perhaps by way of another relay, and go on where it stood.
 */
export class Scout extends Reader {
  /** It stands for a reader that had what it asked for. */
  readonly keeps: boolean;

  private constructor(request: SubscribeRequest, peerHop: HopId, keeps: boolean) {
    super({ ...UNSEEN, peerHop }, request);
    this.keeps = keeps;
  }

  /** @param asker who asked what the track is: it may not be served by a way through itself. */
  static before(path: Path, track: string, asker: HopId): Scout {
    return new Scout({ ...LIVE, broadcast: path, track }, asker, false);
  }

  /** Keeps what the last reader had. */
  static after(reader: Reader): Scout {
    return new Scout(reader.request, reader.subscriber.peerHop, true);
  }

  override wants(): boolean {
    return false;
  }
}
