import { covers, type Path, STREAM_CODE, streamCodeName } from "@moq-relay/protocol/model";
import type { Upstream, UpstreamEvents } from "@moq-relay/protocol/session";
import type { RecvEvents } from "@moq-relay/protocol/transport";
import { OPEN } from "../world/node-config.ts";
import type { SimWorld } from "../world/world.ts";
import { Client, type ClientSpec } from "./client.ts";
import { GroupReader } from "./group-reader.ts";
import { Reception } from "./reception.ts";

export interface SubscriberSpec extends ClientSpec {
  /** As its session names it. */
  readonly path: Path;
  /** Milliseconds of the past that it still wants. */
  readonly maxAge?: number;
  /** Asks what the track is before it subscribes, as browsers do. */
  readonly asksFirst?: boolean;
  /** Bytes per millisecond of its link, if that need not carry all of it. */
  readonly rate?: number | undefined;
}

/** With these a relay may end a subscription; whatever else it says is a fault. */
const DOCUMENTED: ReadonlySet<number> = new Set([
  STREAM_CODE.goingAway,
  STREAM_CODE.notFound,
  STREAM_CODE.old,
  STREAM_CODE.unroutable,
  STREAM_CODE.noCapacity,
]);

/** Shorter pauses, milliseconds, are not noted, nor more than so many. */
const SHORTEST_GAP = 100;
const MOST_GAPS = 2_000;

/** Waits before it asks again, milliseconds. */
const BACKOFF = { initial: 250, max: 1_000 };

/** A client that reads one track and asks again for ever when it is refused or ended. */
export class Subscriber extends Client {
  declare readonly spec: SubscriberSpec;
  reception: Reception | undefined;
  /** When an object came last, whatever the subscription. */
  lastAt: number | undefined;
  /** How often it was refused or ended, by code. */
  readonly ends: Map<string, number> = new Map();
  /** Objects that came, over all its subscriptions. */
  frames = 0;
  /** Pauses between two objects that were worth noting: when each ended, and its milliseconds. */
  readonly gaps: { readonly at: number; readonly length: number }[] = [];
  #upstream: Upstream | undefined;
  #wait = BACKOFF.initial;
  /** Why it has nothing, as the transcript says already; "" while it has. */
  #told = "";

  constructor(world: SimWorld, spec: SubscriberSpec) {
    super(world, spec);
  }

  /** Absolute path of what it wants. */
  get path(): Path {
    const { root = "", path } = this.spec;
    return root === "" ? path : `${root}/${path}`;
  }

  /** Whether its grants let it read that. */
  get mayRead(): boolean {
    return covers(OPEN, this.path);
  }

  /** The longest pause that ended after `since`, milliseconds; one that lasts counts too. */
  longestGap(since = 0): number {
    const lasting = this.lastAt === undefined || this.gone ? 0 : this.world.now - this.lastAt;
    return this.gaps.reduce((longest, { at, length }) => (at > since ? Math.max(longest, length) : longest), lasting);
  }

  /** What one subscription brings; groups that are under way may come when it is over and the next has begun. */
  #events(reception: Reception): UpstreamEvents {
    return {
      onStart: () => {},
      onEnd: () => {},
      onDrop: () => {},
      onGroup: (sequence, frameStart) => this.#group(reception, sequence, frameStart),
      onDone: () => this.#done(),
      onError: (code) => this.#failed(code),
    };
  }

  #group(reception: Reception, sequence: number, frameStart: number): RecvEvents | undefined {
    const { session } = this;
    if (!session) return undefined;
    let index = frameStart;
    return new GroupReader(
      session.format,
      (payload) => {
        reception.frame(sequence, index++, payload);
        this.#received();
      },
      () => {},
    );
  }

  #done(): void {
    this.#over("done");
    this.#later();
  }

  #failed(code: number): void {
    this.#over(streamCodeName(code));
    if (!DOCUMENTED.has(code)) {
      this.world.violation(
        "code",
        this.name,
        `its subscription ended with ${streamCodeName(code)}, which nobody documents`,
      );
    }
    // What was replaced may be asked for again at once.
    if (code === STREAM_CODE.old) this.clock.after(0, () => this.#subscribe());
    else this.#later();
  }

  protected override begin(): void {
    this.#subscribe();
  }

  protected override ended(): void {
    this.reception = undefined;
    this.#upstream = undefined;
  }

  #subscribe(): void {
    const { session, spec } = this;
    if (!session || !this.ready || this.gone || this.#upstream) return;
    if (!spec.asksFirst) return this.#ask();
    session.trackInfo(spec.path, "video", {
      onInfo: () => this.clock.after(0, () => this.session === session && this.#ask()),
      onError: (code) => {
        this.#over(streamCodeName(code));
        this.#later();
      },
    });
  }

  #ask(): void {
    if (!this.session || this.gone || this.#upstream) return;
    const { path, maxAge = 0 } = this.spec;
    const reception = new Reception(this.world, this.name);
    this.reception = reception;
    const backlog = maxAge > 0 ? "fresh" : "latest";
    const request = { broadcast: path, track: "video", priority: 127, maxAge, backlog, startGroup: 0 } as const;
    this.#upstream = this.session.subscribe(
      { ...request, startFrame: 0, endGroup: undefined, endFrame: undefined },
      this.#events(reception),
    );
  }

  #received(): void {
    const { now } = this.world;
    if (this.lastAt === undefined) this.say(`has its first object of ${this.path}`);
    else if (now - this.lastAt > SHORTEST_GAP && this.gaps.length < MOST_GAPS)
      this.gaps.push({ at: now, length: now - this.lastAt });
    this.lastAt = now;
    this.frames += 1;
    this.#wait = BACKOFF.initial;
    this.#told = "";
  }

  #over(how: string): void {
    this.ends.set(how, (this.ends.get(how) ?? 0) + 1);
    if (how !== this.#told) this.say(`does not have ${this.path}: ${how}`);
    this.#told = how;
    this.#upstream = undefined;
    this.reception = undefined;
  }

  #later(): void {
    const wait = this.#wait;
    this.#wait = Math.min(wait * 2, BACKOFF.max);
    this.clock.after(wait, () => this.#subscribe());
  }
}
