import { CLOSE_CODE, type HopId, type Path, type Timer } from "@moq-relay/protocol/model";
import {
  type Announcer,
  type Cancel,
  LiteSession,
  type SessionHandler,
  type SubscribeRequest,
  type Subscriber,
  type Subscription,
  type TrackInfoAnswer,
} from "@moq-relay/protocol/session";
import type { CloseInfo } from "@moq-relay/protocol/transport";
import { VERSIONS, type VersionName } from "@moq-relay/protocol/wire";
import { Gate } from "../world/gate.ts";
import { MOST } from "../world/node-config.ts";
import { ProcessClock } from "../world/process-clock.ts";
import type { Chance } from "../world/random.ts";
import type { SimWorld } from "../world/world.ts";

export interface ClientSpec {
  readonly name: string;
  /** The relay that it dials first; when that does not answer, the others in turn. */
  readonly at: readonly string[];
  readonly version: VersionName;
  /** Path of its URL: its names are relative to that. */
  readonly root?: Path;
  /** Its identity in hop lists; 0n for a client that tells none. */
  readonly hop?: HopId;
}

const LIMITS = {
  handshakeTimeout: 10_000,
  maxMessage: 64 << 10,
  maxSubscriptions: 10_000,
  maxListens: 1_000,
  maxAnnounced: MOST,
};

/** Waits between dials, milliseconds. */
const BACKOFF = { initial: 250, max: 2_000 };

/** A client: a real session, dialled again whenever it ends. What it does with the session its kind says. */
export abstract class Client implements SessionHandler {
  readonly spec: ClientSpec;
  readonly world: SimWorld;
  readonly clock: ProcessClock;
  readonly chance: Chance;
  session: LiteSession | undefined;
  ready = false;
  gone = false;
  /** When it first came, and when its session became ready last. */
  readonly startedAt: number;
  sessionSince = 0;
  #turn = 0;
  #wait = BACKOFF.initial;
  #sessions = 0;

  constructor(world: SimWorld, spec: ClientSpec) {
    this.world = world;
    this.spec = spec;
    this.clock = new ProcessClock(world.time);
    this.chance = world.chance.fork(spec.name);
    this.startedAt = world.now;
  }

  get name(): string {
    return this.spec.name;
  }

  /** The relay that it is with, or tries to reach. */
  get home(): string {
    return this.spec.at[this.#turn % this.spec.at.length]!;
  }

  start(): this {
    this.#dial();
    return this;
  }

  say(what: string): void {
    this.world.say(this.name, what);
  }

  /** Says goodbye and goes. */
  leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.say("leaves");
    this.session?.close(0, "");
  }

  /** Goes without a word. */
  vanish(): void {
    if (this.gone) return;
    this.gone = true;
    this.say("vanishes");
    this.clock.die();
    this.world.network.vanish(this.name);
  }

  onReady(): void {
    this.ready = true;
    this.sessionSince = this.world.now;
    this.#wait = BACKOFF.initial;
    this.say(`is with ${this.home}`);
    this.begin();
  }

  onListen(_prefix: Path, announcer: Announcer): Cancel {
    announcer.begin([]);
    return () => {};
  }

  onTrackInfo(_broadcast: Path, _track: string, answer: TrackInfoAnswer): Cancel {
    answer.fail(0x33);
    return () => {};
  }

  onSubscribe(_request: SubscribeRequest, subscriber: Subscriber): Subscription {
    subscriber.fail(0x33);
    return { update: () => {}, cancel: () => {} };
  }

  onGoaway(): void {}

  onClosed({ code, reason, by }: CloseInfo): void {
    const wasReady = this.ready;
    this.session = undefined;
    this.ready = false;
    // Somebody may listen at a relay's address who never says a word.
    const dumb = code === CLOSE_CODE.timeout && by === "local";
    if (code !== 0 && !dumb)
      this.world.violation("close", this.name, `its session ended with ${code} "${reason}" (${by})`);
    if (wasReady) this.ended();
    if (this.gone) return;
    this.say(`lost ${this.home} (${by})`);
    this.#again();
  }

  /** The session is ready. */
  protected abstract begin(): void;
  /** The session is over. */
  protected ended(): void {}

  #dial(): void {
    const { version, root = "", hop = 0n } = this.spec;
    this.world.network.memory.dial(
      this.home,
      { from: this.name, path: `/${root}`, protocols: [VERSIONS[version].alpn] },
      {
        onFailed: (reason) => {
          this.clock.deliver(() => {
            this.say(`cannot reach ${this.home}: ${reason}`);
            this.#turn += 1;
            this.#again();
          });
        },
        onConnection: (connection) => {
          this.#sessions += 1;
          const session = new LiteSession(this.#sessions, connection, this, {
            clock: this.clock,
            hop,
            freshHop: () => this.chance.id(),
            hello: () => undefined,
            limits: LIMITS,
          });
          this.session = session;
          if (this.gone) connection.close(0, "");
          else session.start();
          return new Gate(connection, session, this.clock, () => {});
        },
      },
    );
  }

  #again(): Timer | undefined {
    if (this.gone) return undefined;
    const wait = this.#wait * (0.5 + this.chance.next() / 2);
    this.#wait = Math.min(this.#wait * 2, BACKOFF.max);
    return this.clock.after(wait, () => this.gone || this.#dial());
  }
}
