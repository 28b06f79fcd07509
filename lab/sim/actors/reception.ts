import type { SimWorld } from "../world/world.ts";
import { decodeNumbered } from "./frame.ts";

/** What one subscription has received, and whether that could be (I3, I4). */
export class Reception {
  readonly since: number;
  /** The publisher whose frames come; undefined before the first. */
  instance: number | undefined;
  firstAt: number | undefined;
  lastAt: number | undefined;
  /** Frames of each group that are here: all before this one, from the first that the group began with. */
  readonly #next = new Map<number, number>();
  readonly #from = new Map<number, number>();
  readonly #world: SimWorld;
  readonly #who: string;
  frames = 0;

  constructor(world: SimWorld, who: string) {
    this.#world = world;
    this.#who = who;
    this.since = world.now;
  }

  /** A frame came as number `index` of the stream of group `sequence`. */
  frame(sequence: number, index: number, payload: Uint8Array): void {
    const said = decodeNumbered(payload);
    if (!said) return this.#wrong("I4", `bytes that nobody published, as ${sequence}/${index}`);
    const { instance, group } = said;
    if (group !== sequence || said.index !== index)
      return this.#wrong("I3", `frame ${group}/${said.index} came as ${sequence}/${index}`);
    this.instance ??= instance;
    if (this.instance !== instance)
      return this.#wrong(
        "I3",
        `frame ${group}/${index} is publisher ${instance}'s, those before were ${this.instance}'s`,
      );
    const next = this.#next.get(sequence);
    if (next !== undefined && index < next) return this.#wrong("I3", `frame ${sequence}/${index} came twice`);
    if (next !== undefined && index > next) this.#from.set(sequence, index);
    if (next === undefined) this.#from.set(sequence, index);
    this.#next.set(sequence, index + 1);
    this.frames += 1;
    this.firstAt ??= this.#world.now;
    this.lastAt = this.#world.now;
  }

  /** The lowest group of which a frame came. */
  get firstGroup(): number {
    let first = Number.POSITIVE_INFINITY;
    for (const sequence of this.#next.keys()) first = Math.min(first, sequence);
    return first;
  }

  /** The frames [from, to) of a group that are here without a hole; undefined when there is none. */
  extent(sequence: number): { from: number; to: number } | undefined {
    const to = this.#next.get(sequence);
    return to === undefined ? undefined : { from: this.#from.get(sequence)!, to };
  }

  #wrong(invariant: string, what: string): void {
    this.#world.violation(invariant, this.#who, what);
  }
}
