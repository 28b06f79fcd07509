import type { HopId, Path } from "@moq-relay/protocol/model";
import { Reader } from "./reader.ts";
import { LIVE, UNSEEN } from "./unseen.ts";

/** Milliseconds that a scout waits for the subscription that it prepares. */
export const SCOUT_PATIENCE = 1_000;

/**
 * A reader that nobody sees. Whoever asks what a track is will subscribe to it next, so the feed subscribes upstream while
 * the question is still under way: otherwise the two go one after the other through every relay to the publisher.
 */
export class Scout extends Reader {
  /** @param asker who asked: it may not be served by a way through itself. */
  constructor(path: Path, track: string, asker: HopId) {
    super({ ...UNSEEN, peerHop: asker }, { ...LIVE, broadcast: path, track });
  }

  override wants(): boolean {
    return false;
  }
}
