import type { Path } from "@moq-relay/protocol/model";
import type { Subscription } from "@moq-relay/protocol/session";
import { Framer, WireError } from "@moq-relay/protocol/wire";
import { type Hub, type LocalEvents, type LocalGroup, LocalSubscriber } from "../hub/index.ts";

/**
 * One group of a track as the payloads of its frames, for a reader that is no MoQ session. Resolves when the group begins,
 * or with "not found" when it is not to be had; the payloads end with the group.
 */
export function fetchGroup(
  hub: Hub,
  path: Path,
  track: string,
  group: number | "latest",
  maxFrame: number,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array> | "not found"> {
  return new Promise((resolve) => {
    // The hub may answer before it has given the subscription.
    let subscription: Subscription | undefined;
    const leave = (): void => subscription?.cancel();
    const frames = new FrameQueue(maxFrame, leave);
    let taken = false;
    let refused = false;
    const refuse = (): void => {
      if (taken || refused) return;
      refused = true;
      resolve("not found");
      leave();
    };
    const events: LocalEvents = {
      onStarted: (first) => {
        if (group !== "latest" && first > group) refuse();
      },
      onGroup: (sequence) => {
        if (taken || refused || (group !== "latest" && sequence !== group)) return IGNORE;
        taken = true;
        resolve(frames);
        return frames;
      },
      onFinish: refuse,
      onFail: refuse,
    };
    const range =
      group === "latest"
        ? ({ backlog: "latest", startGroup: 0, endGroup: undefined } as const)
        : ({ backlog: "all", startGroup: group, endGroup: group } as const);
    const request = { broadcast: path, track, priority: 0, maxAge: 0, startFrame: 0, endFrame: undefined, ...range };
    subscription = hub.subscribe(request, new LocalSubscriber("plain", events));
    if (refused || frames.over) return leave();
    const giveUp = (): void => {
      refuse();
      frames.onReset();
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}

const IGNORE: LocalGroup = { onData: () => {}, onFin: () => {}, onReset: () => {} };

/** Frames between the hub, which pushes, and a reader that pulls. Bounded by the size of a group. */
class FrameQueue implements LocalGroup, AsyncIterable<Uint8Array> {
  readonly #framer: Framer;
  readonly #onEnd: () => void;
  readonly #frames: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #state: "open" | "finished" | "broken" = "open";

  constructor(maxFrame: number, onEnd: () => void) {
    this.#framer = new Framer(maxFrame);
    this.#onEnd = onEnd;
  }

  get over(): boolean {
    return this.#state !== "open";
  }

  onData(bytes: Uint8Array): void {
    if (this.over) return;
    // A copy, since the hub's bytes are only lent and a frame may wait here for its rest.
    this.#framer.push(bytes.slice());
    try {
      for (let frame = this.#framer.message(); frame; frame = this.#framer.message()) {
        this.#frames.push(frame.take("frame", frame.remaining).slice());
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.onReset();
    }
    this.#wake?.();
  }

  onFin(): void {
    this.#end("finished");
  }

  onReset(): void {
    this.#end("broken");
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const frame = this.#frames.shift();
        if (frame) yield frame;
        else if (this.#state === "finished") return;
        else if (this.#state === "broken") throw new Error("the group was broken off");
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#end("finished");
    }
  }

  #end(state: "finished" | "broken"): void {
    if (this.over) return;
    this.#state = state;
    this.#onEnd();
    this.#wake?.();
  }
}
