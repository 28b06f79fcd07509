import type { LinkFaults } from "./link-faults.ts";
import { SeededRandom } from "./seeded-random.ts";

/** What becomes of one packet that is not lost. */
export interface Fate {
  /** Milliseconds on its way. */
  readonly delay: number;
  /** Whether it may be overtaken. */
  readonly heldBack: boolean;
  readonly copies: 1 | 2;
  /** The bit that is turned, counted from the packet's first one. */
  readonly turnedBit: number | undefined;
}

/** Decides for each packet of one direction, by nothing but the seed and the order of the packets. */
export class PacketFates {
  readonly #random: SeededRandom;
  /** Packets that the present burst still takes. */
  #burst = 0;

  constructor(seed: number, direction: string) {
    this.#random = new SeededRandom(seed, direction);
  }

  /** `undefined` when the packet is lost. `length` is in bytes, 1 at least. */
  next(faults: LinkFaults, length: number): Fate | undefined {
    // Always as many draws: what a fault decides does not depend on which others are switched on.
    const [loss, jitter, reorder, duplicate, corrupt, bit] = Array.from({ length: 6 }, () => this.#random.next());
    if (this.#lost(faults, loss as number)) return undefined;
    const heldBack = (reorder as number) < faults.reorder;
    return {
      delay: faults.delay + (jitter as number) * faults.jitter + (heldBack ? faults.reorderBy : 0),
      heldBack,
      copies: (duplicate as number) < faults.duplicate ? 2 : 1,
      turnedBit: (corrupt as number) < faults.corrupt ? Math.floor((bit as number) * length * 8) : undefined,
    };
  }

  #lost({ loss, burst }: LinkFaults, draw: number): boolean {
    if (this.#burst > 0) {
      this.#burst -= 1;
      return true;
    }
    // Bursts begin so often that their packets together make the share.
    if (loss === 0 || draw >= 1 / (burst / loss - burst + 1)) return false;
    this.#burst = burst - 1;
    return true;
  }
}
