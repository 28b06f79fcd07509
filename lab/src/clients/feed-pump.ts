import type * as Net from "@moq/net";
import { encodeFrame, wallClock } from "../frames/numbered-frame.ts";
import type { Feed } from "./npm-client-settings.ts";

/** Fills a track with numbered frames at a steady rate, whenever it is called. */
export class FeedPump {
  readonly #track: Net.Track.Producer;
  readonly #feed: Feed;
  readonly #now: () => Net.Time.Timestamp;
  readonly #began = performance.now();
  #group: Net.Group.Producer;
  #sent = 0;
  #onFinished: ((lastGroup: number) => void) | undefined;
  #finished = false;

  /** `now` gives the presentation time of a frame, in the class of the track's own package. */
  constructor(track: Net.Track.Producer, feed: Feed, now: () => Net.Time.Timestamp) {
    this.#track = track;
    this.#feed = feed;
    this.#now = now;
    this.#group = track.appendGroup();
  }

  /** Writes what is due by now: the first frame at once, and what a late timer has missed. */
  fill(): void {
    const { frameRate, frameSize, groupSize } = this.#feed;
    while (!this.#finished && this.#sent <= ((performance.now() - this.#began) / 1000) * frameRate) {
      const index = this.#sent % groupSize;
      const frame = { ...this.#feed, group: this.#group.sequence, index, sentAt: wallClock() };
      this.#group.writeFrame({ payload: encodeFrame(frame, frameSize), timestamp: this.#now() });
      this.#sent += 1;
      if (index === groupSize - 1) this.#endGroup();
    }
  }

  /** Ends the feed with the group that is under way. Resolves with its number. */
  finish(): Promise<number> {
    return new Promise((resolve) => {
      this.#onFinished = resolve;
    });
  }

  #endGroup(): void {
    this.#group.close();
    if (this.#onFinished === undefined) {
      this.#group = this.#track.appendGroup();
    } else {
      this.#finished = true;
      this.#onFinished(this.#group.sequence);
    }
  }
}
