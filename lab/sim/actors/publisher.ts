import { below, covers, type Path } from "@moq-relay/protocol/model";
import type {
  Announcer,
  Cancel,
  SubscribeRequest,
  Subscriber,
  Subscription,
  TrackInfoAnswer,
} from "@moq-relay/protocol/session";
import type { SimWorld } from "../world/world.ts";
import { Client, type ClientSpec } from "./client.ts";
import { Media, type MediaShape } from "./media.ts";
import { Serving } from "./serving.ts";

export interface PublisherSpec extends ClientSpec {
  /** As its session names it. */
  readonly path: Path;
  readonly media: MediaShape;
  /** Distinct for each publisher of a run. */
  readonly instance: number;
  /** Number of its first group: one that comes back goes on where it was, if it knows. */
  readonly firstGroup?: number;
}

/** A client that publishes one broadcast of one track, "video". */
export class Publisher extends Client {
  declare readonly spec: PublisherSpec;
  readonly media: Media;
  /** Since when its relay has heard of it; undefined while it has not. */
  announcedAt: number | undefined;
  /** It has ended its broadcast, but is still there. */
  over = false;
  readonly #servings = new Set<Serving>();
  readonly #announcers = new Map<Announcer, Path>();

  constructor(world: SimWorld, spec: PublisherSpec) {
    super(world, spec);
    this.media = new Media(spec.instance, spec.firstGroup ?? 0);
  }

  /** Absolute path of the broadcast. */
  get path(): Path {
    const { root = "", path } = this.spec;
    return root === "" ? path : `${root}/${path}`;
  }

  override start(): this {
    super.start();
    this.#tick();
    return this;
  }

  /** Ends the broadcast, with or without the session. */
  end(): void {
    if (this.over) return;
    this.over = true;
    this.announcedAt = undefined;
    this.say(`ends ${this.path}`);
    for (const serving of this.#servings) serving.end(this.media.latest.sequence + 1);
    for (const [announcer, suffix] of this.#announcers) announcer.end(suffix);
    this.#announcers.clear();
  }

  override onListen(prefix: Path, announcer: Announcer): Cancel {
    const { path } = this.spec;
    const suffix = covers(prefix, path) ? below(prefix, path) : undefined;
    if (suffix === undefined || this.over) announcer.begin([]);
    else {
      announcer.begin([{ suffix, offer: { hops: [], warm: 0, cold: 0 } }]);
      this.#announcers.set(announcer, suffix);
      this.announcedAt ??= this.world.now;
    }
    return () => this.#announcers.delete(announcer);
  }

  override onTrackInfo(_broadcast: Path, track: string, answer: TrackInfoAnswer): Cancel {
    if (track === "video" && !this.over) answer.info({ priority: 127, maxAge: 5_000, timescale: 1_000 });
    else answer.fail(0x33);
    return () => {};
  }

  override onSubscribe(request: SubscribeRequest, subscriber: Subscriber): Subscription {
    const { session } = this;
    if (request.broadcast !== this.spec.path || request.track !== "video" || this.over || !session) {
      subscriber.fail(0x33);
      return { update: () => {}, cancel: () => {} };
    }
    const serving = new Serving(subscriber, session.connection, request, this.media, this.world.now);
    this.#servings.add(serving);
    return {
      update: () => {},
      cancel: () => {
        this.#servings.delete(serving);
        serving.cancel();
      },
    };
  }

  /** Subscriptions that its relay has here. */
  get servings(): number {
    return this.#servings.size;
  }

  protected override begin(): void {}

  protected override ended(): void {
    this.announcedAt = undefined;
    this.#announcers.clear();
    this.#servings.clear();
  }

  #tick(): void {
    if (this.gone || this.over) return;
    const { interval, frames, dribble } = this.spec.media;
    const { media, world } = this;
    if (media.latest.payloads.length >= frames) this.#turn();
    const { sequence, payloads } = media.latest;
    const index = payloads.length;
    const { payload, timestamp } = media.make(world.now);
    const complete = (): void => {
      if (this.gone || this.over) return;
      media.keep(payload, timestamp, world.now);
      for (const serving of this.#servings) serving.frame(sequence, index, payload, timestamp);
    };
    if (dribble > 0) {
      for (const serving of this.#servings) serving.half(sequence, index, payload, timestamp);
      this.clock.after(dribble, complete);
    } else {
      complete();
    }
    this.clock.after(interval, () => this.#tick());
  }

  #turn(): void {
    const { sequence } = this.media.latest;
    const next = this.media.turn();
    for (const serving of this.#servings) {
      serving.finish(sequence);
      serving.begin(next);
    }
  }
}
