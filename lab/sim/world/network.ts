import { type MemoryNetwork, memoryNetwork, type VirtualClock, type Way } from "@moq-relay/protocol/transport";
import type { Chance } from "./random.ts";

/** What a link is like. */
export interface LinkShape {
  /** Milliseconds one way. */
  readonly delay: number;
  /** At most so many more, at random. */
  readonly jitter: number;
  /** Share of packets that are sent again after a while; to streams that is delay. */
  readonly loss: number;
  /** Bytes per millisecond of each connection. */
  readonly rate?: number;
}

/** Between clients and relays, where nothing else is said. */
const NEAR: LinkShape = { delay: 2, jitter: 0, loss: 0 };

/** A connection that hears nothing for so long is lost, milliseconds, where its dialler does not say otherwise. */
export const IDLE_TIMEOUT: number = 5_000;

/** The network in memory with faults that overlap: each is lifted by itself, and a way works when none is left. */
export class FaultyNetwork {
  readonly memory: MemoryNetwork;
  readonly #chance: Chance;
  readonly #ways: { readonly way: Way; readonly from: string; readonly to: string }[] = [];
  readonly #shapes = new Map<string, LinkShape>();
  /** Links that are not what they were, by both their ends. */
  readonly #distorted = new Map<string, { readonly before: LinkShape; readonly shapes: LinkShape[] }>();
  /** How many faults silence a way, by "from>to", where "*" stands for everybody. */
  readonly #silenced = new Map<string, number>();
  readonly #held = new Set<string>();

  constructor(time: VirtualClock, chance: Chance) {
    this.#chance = chance;
    this.memory = memoryNetwork({
      now: () => time.now(),
      schedule: (wait, run) => time.schedule(wait, run),
      keepAlive: IDLE_TIMEOUT / 5,
      idleTimeout: IDLE_TIMEOUT,
      dialTimeout: IDLE_TIMEOUT,
      maxHandles: 1_000_000,
      shape: (way, from, to) => this.#prepare(way, from, to),
    });
  }

  /** Sets what the link between two addresses is like from now on, in both directions. */
  shape(a: string, b: string, shape: LinkShape): void {
    for (const key of [`${a}>${b}`, `${b}>${a}`]) this.#shapes.set(key, shape);
    for (const { way, from, to } of this.#ways) {
      const between = (from === a && to === b) || (from === b && to === a);
      if (between) this.#apply(way, shape, this.#chance.fork(`${from}>${to} anew`));
    }
  }

  /** Limits the link between two addresses to so many bytes per millisecond. */
  slow(a: string, b: string, rate: number): void {
    this.shape(a, b, { ...this.shapeOf(a, b), rate });
  }

  /** As `shape`, until the result is called. Of several such faults the latest counts. */
  distort(a: string, b: string, shape: LinkShape): () => void {
    const key = [a, b].sort().join();
    const known = this.#distorted.get(key) ?? { before: this.shapeOf(a, b), shapes: [] };
    this.#distorted.set(key, known);
    known.shapes.push(shape);
    this.shape(a, b, shape);
    return () => {
      known.shapes.splice(known.shapes.indexOf(shape), 1);
      if (known.shapes.length === 0) this.#distorted.delete(key);
      this.shape(a, b, known.shapes.at(-1) ?? known.before);
    };
  }

  shapeOf(a: string, b: string): LinkShape {
    return this.#shapes.get(`${a}>${b}`) ?? NEAR;
  }

  /** Nothing gets through from `from` to `to` ("*": anybody), until the result is called. Nobody is told. */
  silence(from: string, to: string): () => void {
    const key = `${from}>${to}`;
    this.#count(key, 1);
    return () => this.#count(key, -1);
  }

  /** Every connection between the two is lost, and both know at once. */
  cut(a: string, b: string): void {
    this.memory.cut(a, b);
  }

  /** Nothing is handed over to the process at this address, until the result is called. */
  hold(address: string): () => void {
    this.#held.add(address);
    for (const { way, to } of this.#ways) if (to === address) way.hold();
    return () => {
      this.#held.delete(address);
      for (const { way, to } of this.#ways) if (to === address) way.release();
    };
  }

  /** The process at this address is gone, without a word. */
  vanish(address: string): void {
    this.memory.vanish(address);
  }

  #prepare(way: Way, from: string, to: string): void {
    this.#ways.push({ way, from, to });
    this.#apply(way, this.shapeOf(from, to), this.#chance.fork(`${from}>${to}`));
    if (this.#isSilent(from, to)) way.silence();
    if (this.#held.has(to)) way.hold();
  }

  #apply(way: Way, { delay, jitter, loss, rate }: LinkShape, chance: Chance): void {
    way.delay = delay;
    way.rate = rate ?? Number.POSITIVE_INFINITY;
    const again = 2 * delay + 25;
    way.loses = loss > 0 ? () => chance.chance(loss) : undefined;
    way.jitter =
      jitter > 0 || loss > 0 ? () => chance.next() * jitter + (loss > 0 && chance.chance(loss) ? again : 0) : undefined;
  }

  #isSilent(from: string, to: string): boolean {
    return [`${from}>${to}`, `${from}>*`, `*>${to}`].some((key) => (this.#silenced.get(key) ?? 0) > 0);
  }

  #count(key: string, by: number): void {
    this.#silenced.set(key, (this.#silenced.get(key) ?? 0) + by);
    for (const { way, from, to } of this.#ways) {
      if (this.#isSilent(from, to)) way.silence();
      else way.heal();
    }
  }
}
