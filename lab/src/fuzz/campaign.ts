import { Chance } from "./chance.ts";
import { readCorpus } from "./corpus.ts";
import { allocated, allocationOf, effortOf } from "./effort.ts";
import { Mutator } from "./mutator.ts";
import { shrink } from "./shrink.ts";
import { MAX_EFFORT, type Target } from "./target.ts";

/** When to stop: whichever comes first. */
export interface Bounds {
  readonly seconds: number;
  readonly cases: number;
}

/** What was wrong with an input. */
export interface Failure {
  readonly target: string;
  readonly seed: number;
  /** Counted from 0, in the order of the run; negative when it came from the corpus or was a seed. */
  readonly case: number;
  readonly input: Uint8Array;
  /** The smallest input that was found to fail in the same way. */
  readonly shrunk: Uint8Array;
  readonly what: string;
}

/** What became of a run. */
export interface Outcome {
  readonly cases: number;
  readonly seconds: number;
  /** Processor time of this thread, seconds: less than `seconds` where others use the machine, too. */
  readonly busy: number;
  /** Different things that came of inputs. */
  readonly outcomes: number;
  readonly failures: readonly Failure[];
  /** Inputs that had an outcome which no seed had, one for each. */
  readonly found: readonly Uint8Array[];
}

/** Inputs between two looks at the memory, where the target does not say. */
const CHUNK = 256;
/** Inputs that are kept because they had a new outcome. */
const MOST_KEPT = 2_000;
/** A run ends early when this much is wrong: there is enough to do. */
const MOST_FAILURES = 5;

/** One run of one target: the same seed and cases give the same inputs. */
export class Campaign {
  readonly #target: Target;
  readonly #seed: number;
  readonly #pool: Uint8Array[] = [];
  readonly #outcomes = new Set<string>();
  readonly #failures: Failure[] = [];
  /** Of each kind of failure the first is enough. */
  readonly #kinds = new Set<string>();
  readonly #maxEffort: number;
  /** The inputs since the last look at the memory, one after the other, and where each ends. */
  readonly #recent: Uint8Array;
  readonly #ends: number[] = [];
  #case = 0;

  constructor(target: Target, seed: number) {
    this.#target = target;
    this.#seed = seed;
    this.#maxEffort = target.maxEffort ?? MAX_EFFORT;
    this.#recent = new Uint8Array((target.chunk ?? CHUNK) * target.maxInput);
  }

  async run(bounds: Bounds): Promise<Outcome> {
    const began = performance.now();
    const usage = process.threadCpuUsage();
    const { maxInput, dictionary, name, chunk = CHUNK } = this.#target;
    const first = [...readCorpus(name), ...this.#target.seeds(this.#seed)];
    for (const [i, input] of first.entries()) {
      this.#case = i - first.length;
      await this.#try(input.subarray(0, maxInput));
    }
    if (this.#pool.length === 0) this.#pool.push(new Uint8Array(1));
    const known = this.#pool.length;
    const mutator = new Mutator(new Chance(this.#seed, name), this.#pool, dictionary, maxInput);
    const end = began + bounds.seconds * 1_000;
    for (this.#case = 0; this.#case < bounds.cases && this.#failures.length < MOST_FAILURES; ) {
      if (performance.now() >= end) break;
      await this.#chunk(mutator, Math.min(chunk, bounds.cases - this.#case), end);
    }
    const seconds = (performance.now() - began) / 1_000;
    const { user, system } = process.threadCpuUsage(usage);
    const busy = (user + system) / 1e6;
    const found = this.#pool.slice(known);
    return { cases: this.#case, seconds, busy, outcomes: this.#outcomes.size, failures: this.#failures, found };
  }

  async #chunk(mutator: Mutator, count: number, end: number): Promise<void> {
    this.#ends.length = 0;
    const before = allocated();
    const first = this.#case;
    let at = 0;
    let now = performance.now();
    for (let i = 0; i < count && now < end; i++) {
      const input = mutator.next();
      this.#recent.set(input, at);
      at += input.length;
      this.#ends.push(at);
      let problem: unknown;
      try {
        const outcome = this.#target.run(input);
        this.#note(typeof outcome === "string" ? outcome : await outcome, input);
      } catch (error) {
        problem = error ?? new Error("nothing was thrown");
      }
      const after = performance.now();
      const took = this.#target.slowest?.() ?? after - now;
      now = after;
      if (problem !== undefined) await this.#failed(input, problem);
      else if (took > this.#maxEffort) await this.#checkEffort(input);
      if (problem !== undefined || took > this.#maxEffort) now = performance.now();
      this.#case += 1;
    }
    if (allocated() - before > this.#target.maxAllocated) await this.#checkAllocations(first);
  }

  /** An input that was not mutated. */
  async #try(input: Uint8Array): Promise<void> {
    try {
      this.#note(await this.#target.run(input), input);
    } catch (error) {
      await this.#failed(input, error);
    }
  }

  #note(outcome: string, input: Uint8Array): void {
    // Seeds are good to start from, whatever comes of them.
    const isNew = !this.#outcomes.has(outcome);
    if ((!isNew && this.#case >= 0) || this.#pool.length >= MOST_KEPT) return;
    this.#outcomes.add(outcome);
    this.#pool.push(input.slice());
  }

  async #failed(input: Uint8Array, error: unknown): Promise<void> {
    const kind = kindOf(error);
    if (this.#kinds.has(kind)) return;
    const what = await describe(this.#target, input, error);
    this.#kinds.add(kind);
    await this.#report(input, what, async (candidate) => {
      try {
        await this.#target.run(candidate);
        return false;
      } catch (other) {
        return kindOf(other) === kind;
      }
    });
  }

  async #checkEffort(input: Uint8Array): Promise<void> {
    if (this.#kinds.has("slow")) return;
    const taken = input.slice();
    const effort = await effortOf(this.#target, taken);
    if (effort <= this.#maxEffort) return;
    this.#kinds.add("slow");
    const slow = async (candidate: Uint8Array) => (await effortOf(this.#target, candidate)) > this.#maxEffort;
    await this.#report(taken, `takes ${effort.toFixed(1)} ms`, slow);
  }

  /** Something since the last look allocated a lot: which input was it, if it was one? */
  async #checkAllocations(first: number): Promise<void> {
    if (this.#kinds.has("greedy")) return;
    const { maxAllocated } = this.#target;
    const last = this.#case;
    let begin = 0;
    for (const [i, end] of [...this.#ends].entries()) {
      const input = this.#recent.slice(begin, end);
      begin = end;
      this.#case = first + i;
      const bytes = await allocationOf(this.#target, input).catch(() => 0);
      if (bytes <= maxAllocated) continue;
      this.#kinds.add("greedy");
      const greedy = async (candidate: Uint8Array) => (await allocationOf(this.#target, candidate)) > maxAllocated;
      await this.#report(input, `allocates ${bytes} bytes`, greedy);
      break;
    }
    this.#case = last;
  }

  async #report(input: Uint8Array, what: string, fails: (candidate: Uint8Array) => Promise<boolean>): Promise<void> {
    const original = input.slice();
    const shrunk = await shrink(original, (candidate) => fails(candidate).catch(() => false));
    const { name: target } = this.#target;
    this.#failures.push({ target, seed: this.#seed, case: this.#case, input: original, shrunk, what });
  }
}

/** The error with its stack, which is not taken while all goes well because it costs more than the rest. */
async function describe(target: Target, input: Uint8Array, error: unknown): Promise<string> {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 12;
  try {
    await target.run(input.slice());
  } catch (again) {
    return again instanceof Error ? (again.stack ?? again.message) : String(again);
  } finally {
    Error.stackTraceLimit = limit;
  }
  return `${error instanceof Error ? error.message : error} (but not when tried again)`;
}

/** Failures of one kind differ in numbers, and in what they quote. */
function kindOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${error.message.replaceAll(/".*"|\d+/gs, "")}` : String(error);
}
