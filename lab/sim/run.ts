import { checkAlways } from "./checks/always.ts";
import { checkFlows } from "./checks/completeness.ts";
import { finish } from "./checks/finish.ts";
import { checkListings } from "./checks/listing.ts";
import { Stage } from "./plan/stage.ts";
import type { Step } from "./plan/step.ts";
import type { Topology } from "./plan/topology.ts";
import type { Transcript } from "./world/transcript.ts";
import { SimWorld, type Violation } from "./world/world.ts";

/** A whole history: the same one gives the same run. */
export interface Scenario {
  readonly seed: number;
  readonly topology: Topology;
  readonly steps: readonly Step[];
  /** Milliseconds until the end begins. */
  readonly end: number;
  /** Looked at when the steps are over: what is wrong then. */
  readonly expect?: ((stage: Stage) => string | undefined) | undefined;
}

export interface Outcome {
  readonly violations: readonly Violation[];
  readonly transcript: Transcript;
  /** Events that were run, frames that arrived, and virtual milliseconds. */
  readonly events: number;
  readonly frames: number;
  readonly duration: number;
  /** The longest pause of any subscriber, milliseconds. */
  readonly longestGap: number;
}

/** Milliseconds between two looks at what must always hold. */
const LOOK = 250;
/** Flows and listings are looked at once in so many looks. */
const SELDOM = 4;

export interface RunOptions {
  /** Prints the transcript as it comes. */
  readonly echo?: boolean;
  /** With all that relays say to each other. */
  readonly detail?: boolean;
}

export function runScenario({ seed, topology, steps, end, expect }: Scenario, options: RunOptions = {}): Outcome {
  const world = new SimWorld({ seed, nodes: topology.nodes, ...options });
  for (const { a, b, shape } of topology.links) world.network.shape(a, b, shape);
  const stage = new Stage(world);
  for (const node of world.nodes.values()) node.start();
  stage.schedule(steps);
  let looks = 0;
  const look = (): void => {
    checkAlways(stage);
    looks += 1;
    if (looks % SELDOM !== 0) return;
    checkFlows(stage);
    checkListings(stage);
  };
  try {
    world.run(end, LOOK, look);
    const wrong = world.violations.length === 0 ? expect?.(stage) : undefined;
    if (wrong !== undefined) world.violation("expected", "scenario", wrong);
    if (world.violations.length === 0) finish(stage, look);
  } catch (error) {
    // Nothing that a peer does may throw into the event loop.
    world.violation("throw", "process", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const subscribers = [...stage.subscribers.values()];
  return {
    violations: world.violations,
    transcript: world.transcript,
    events: world.events,
    frames: subscribers.reduce((sum, { frames }) => sum + frames, 0),
    duration: world.now,
    longestGap: Math.max(0, ...subscribers.map((each) => each.longestGap())),
  };
}
