import type { MediaShape } from "../actors/media.ts";
import type { Stage } from "../plan/stage.ts";
import type { Step } from "../plan/step.ts";

/** Says what is wrong; undefined when all is well. */
export type Expectation = (stage: Stage) => string | undefined;

/** A history with a name, and what must be true of it besides the invariants. */
export interface NamedScenario {
  /** The case of the failure list that it stands for, such as "R8". */
  readonly id: string;
  readonly title: string;
  readonly topology: string;
  /** Nodes show each other tokens. */
  readonly tokens?: boolean;
  readonly steps: readonly Step[];
  /** Milliseconds. */
  readonly end?: number;
  /** Says what is wrong when the steps are over; undefined when all is well. */
  readonly expect?: Expectation;
  /** What is missing: it fails until that is built. */
  readonly todo?: string;
}

/** Five frames a second, a group each second. */
export const VIDEO: MediaShape = { interval: 200, frames: 5, dribble: 0 };
/** Twenty frames a second, two groups a second, each frame in two pieces. */
export const FAST: MediaShape = { interval: 50, frames: 10, dribble: 10 };
/** Thirty frames a second, in groups of two seconds. */
export const LONG: MediaShape = { interval: 33, frames: 60, dribble: 0 };
/** One group for ever. */
export const CATALOG: MediaShape = { interval: 500, frames: Number.POSITIVE_INFINITY, dribble: 0 };

export function publish(at: number, who: string, to: string, media: MediaShape = VIDEO, path = "live/a"): Step {
  return { do: "publish", at, who, to: [to], path, media };
}

export function subscribe(at: number, who: string, to: string, path = "live/a"): Step {
  return { do: "subscribe", at, who, to: [to], path };
}

export function listen(at: number, who: string, to: string): Step {
  return { do: "listen", at, who, to: [to], path: "" };
}

export function kill(at: number, node: string, wait: number): Step {
  return { do: "kill", at, node, for: wait };
}

/** In the diamond both links of the way over a relay are so long from a moment on: milliseconds one way. */
export function far(over: string, at: number, lasts: number, delay: number): Step[] {
  const link = { delay, jitter: 0, loss: 0 };
  return ["relay1", "relay4"].map((a) => ({ do: "shape", at, a, b: over, for: lasts, link }));
}

/** None of these (or nobody) paused for longer than so many milliseconds. */
export function gapBelow(most: number, ...names: string[]): Expectation {
  return gapBelowAfter(0, most, ...names);
}

/** The same, from a moment on. */
export function gapBelowAfter(since: number, most: number, ...names: string[]): Expectation {
  return ({ subscribers }: Stage): string | undefined => {
    for (const subscriber of subscribers.values()) {
      const { name, frames } = subscriber;
      if (names.length > 0 && !names.includes(name)) continue;
      if (frames === 0) return `${name} received nothing`;
      const gap = subscriber.longestGap(since);
      if (gap > most) return `${name} paused for ${Math.round(gap)} ms, ${most} are allowed`;
    }
    return undefined;
  };
}

/** No subscription of these was ended or refused. */
export function neverEnded(...names: string[]): Expectation {
  return ({ subscribers }: Stage): string | undefined => {
    for (const name of names) {
      const ends = [...(subscribers.get(name)?.ends ?? [])];
      if (ends.length > 0) return `${name} was ended: ${ends.map(([how, count]) => `${how} ×${count}`).join(", ")}`;
    }
    return undefined;
  };
}

/** The listener has heard no more announcements than so many. */
export function heardAtMost(name: string, most: number): Expectation {
  return ({ listeners }: Stage): string | undefined => {
    const heard = listeners.get(name)?.heard ?? 0;
    return heard > most ? `${name} heard ${heard} announcements, ${most} are allowed` : undefined;
  };
}

export function all(...checks: Expectation[]): Expectation {
  return (stage: Stage): string | undefined => checks.map((check) => check(stage)).find((wrong) => wrong !== undefined);
}
