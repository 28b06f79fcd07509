import { type Clock, type Path, STREAM_CODE, type Timer } from "@moq-relay/protocol/model";
import type {
  Cancel,
  Fetching,
  FetchRequest,
  FrameFormat,
  SubscribeRequest,
  TrackInfo,
  TrackInfoEvents,
  Upstream,
  UpstreamEvents,
} from "@moq-relay/protocol/session";
import type { RecvEvents } from "@moq-relay/protocol/transport";
import { encodeFrameHeader, Writer } from "@moq-relay/protocol/wire";
import type { Supplier } from "./supplier.ts";

/** A track whose every group is one frame, made anew at an interval while somebody reads it. */
export interface SampledTrack {
  /** Milliseconds between two frames. */
  readonly interval: number;
  sample(): Uint8Array;
}

const INFO: TrackInfo = { priority: 127, maxAge: 5_000, timescale: 1_000 };

/** A publisher inside this process: what a relay tells of itself, as broadcasts like any other. */
export class LocalPublisher implements Supplier {
  readonly format: FrameFormat = "timed";
  readonly tellsStart = false;
  readonly endsExactly = true;
  /** Each sample replaces the one before: there is nothing to go back to. */
  readonly canFetch = false;
  readonly #clock: Clock;
  readonly #tracks: ReadonlyMap<string, SampledTrack>;
  readonly #numbers: ReadonlyMap<string, GroupNumbers>;

  constructor(clock: Clock, tracks: ReadonlyMap<string, SampledTrack>) {
    this.#clock = clock;
    this.#tracks = tracks;
    this.#numbers = new Map([...tracks].map(([name, { interval }]) => [name, new GroupNumbers(interval)]));
  }

  trackInfo(_broadcast: Path, track: string, events: TrackInfoEvents): Cancel {
    if (this.#tracks.has(track)) events.onInfo(INFO);
    else events.onError(STREAM_CODE.notFound);
    return () => {};
  }

  fetch(_: FetchRequest, events: RecvEvents): Fetching {
    const timer = this.#clock.after(0, () => events.onReset(STREAM_CODE.notFound));
    return { frameStart: 0, cancel: () => timer.cancel() };
  }

  subscribe(request: SubscribeRequest, events: UpstreamEvents): Upstream {
    const track = this.#tracks.get(request.track);
    const sampling = new Sampling(this.#clock, track, this.#numbers.get(request.track), events);
    return { update: () => {}, cancel: () => sampling.stop() };
  }
}

/**
 * Wall time as group number: a later publisher of the name goes on above an earlier one. A wall clock that is set back does
 * not take the numbers along, for readers take a smaller one for something old.
 */
class GroupNumbers {
  readonly #interval: number;
  #last = 0;

  constructor(interval: number) {
    this.#interval = interval;
  }

  at(wall: number): number {
    this.#last = Math.max(Math.floor(wall / this.#interval), this.#last + 1);
    return this.#last;
  }
}

/** One subscription to a sampled track. */
class Sampling {
  readonly #clock: Clock;
  readonly #track: SampledTrack | undefined;
  readonly #numbers: GroupNumbers | undefined;
  readonly #events: UpstreamEvents;
  #timer: Timer;

  constructor(
    clock: Clock,
    track: SampledTrack | undefined,
    numbers: GroupNumbers | undefined,
    events: UpstreamEvents,
  ) {
    this.#clock = clock;
    this.#track = track;
    this.#numbers = numbers;
    this.#events = events;
    // Not at once: the subscriber does not have its subscription yet.
    this.#timer = clock.after(0, () => this.#tick());
  }

  stop(): void {
    this.#timer.cancel();
  }

  #tick(): void {
    const track = this.#track;
    if (!track || !this.#numbers) return this.#events.onError(STREAM_CODE.notFound);
    this.#timer = this.#clock.after(track.interval, () => this.#tick());
    const now = this.#clock.wall();
    const group = this.#events.onGroup(this.#numbers.at(now), 0, () => {});
    if (!group) return;
    const payload = track.sample();
    const writer = new Writer(16);
    encodeFrameHeader(writer, { delta: now, length: payload.length }, "timed");
    group.onData(writer.view());
    group.onData(payload);
    group.onFin();
  }
}
