/** Something that takes bytes from outside, and what must hold whatever they are. */
export interface Target {
  /** As on the command line; its corpus is the file of this name. */
  readonly name: string;
  /** Longest input that is tried, bytes. */
  readonly maxInput: number;
  /** Bytes that one input may make the code allocate, garbage included. */
  readonly maxAllocated: number;
  /** Processor time that one input may take, milliseconds, if it is not `MAX_EFFORT`. */
  readonly maxEffort?: number;
  /** Inputs between two looks at the memory; few where one input does a lot. */
  readonly chunk?: number;
  /** Share of the time of a run that has several targets; 1 for most. */
  readonly weight: number;
  /** Words that mean something to it, and are put where chance likes. */
  readonly dictionary: readonly Uint8Array[];
  /** Inputs to start from, besides those of the corpus. `seed` chooses among what can be generated. */
  seeds(seed: number): Uint8Array[];
  /**
   * Gives the input to the code. Returns in short what came of it: inputs with a new outcome are kept and mutated further.
   * Throws when something does not hold.
   */
  run(input: Uint8Array): string | Promise<string>;
  /** Where one input is many: what the longest of them took in the last run, milliseconds. */
  slowest?(): number;
}

/** Processor time that one input may take, milliseconds. */
export const MAX_EFFORT = 5;

/** Does not hold. */
export class Broken extends Error {
  override readonly name = "Broken";
}

/** Throws unless it holds. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Broken(what);
}

/** Whether both are the same bytes. */
export function same(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
