import type { Stage } from "../plan/stage.ts";
import type { Step } from "../plan/step.ts";
import type { SimNode } from "../world/node.ts";
import {
  all,
  type Expectation,
  FAST,
  gapBelow,
  gapBelowAfter,
  kill,
  type NamedScenario,
  neverEnded,
  publish,
  subscribe,
} from "./named.ts";

const PATH = "live/a";

/** Distribution trees: a relay feeds a few others, and those feed the rest. */
export const TREES: readonly NamedScenario[] = [
  {
    id: "tree",
    title: "an origin serves at most eight relays of one broadcast",
    topology: "star50",
    steps: [publish(4_000, "pub", "leaf1"), ...readers(6_000, 2, 41)],
    end: 15_000,
    expect: all(feedsAtMost(8), levelsAtMost(3), neverEnded(...names(2, 41)), gapBelowAfter(8_000, 350)),
  },
  {
    id: "tree",
    title: "a hundred relays stand in three levels, and no root carries anything",
    topology: "hundred",
    steps: [publish(4_000, "pub", "leaf1"), ...readers(6_000, 2, 97)],
    end: 20_000,
    expect: all(feedsAtMost(8), levelsAtMost(3), rootsCarryNothing, neverEnded(...names(2, 97))),
  },
  {
    id: "tree",
    title: "relays in the middle are killed: readers below them miss no frame, and the tree heals",
    topology: "star50",
    steps: [
      publish(4_000, "pub", "leaf1", FAST),
      ...readers(5_000, 2, 9),
      ...readers(8_000, 10, 41),
      kill(15_000, "leaf3", 60_000),
      kill(20_000, "leaf4", 8_000),
    ],
    end: 35_000,
    expect: all(
      feedsAtMost(8),
      rootsCarryNothing,
      neverEnded(...names(10, 41)),
      gapBelow(1_000, ...names(10, 41)),
      complete(58, ...names(10, 41)),
    ),
  },
  {
    id: "tree",
    title: "while the roots are away relays find their places, and one in the middle may die",
    topology: "star50",
    steps: [
      publish(4_000, "pub", "leaf20", FAST),
      ...readers(5_000, 2, 9),
      ...[1, 2, 3].map((i) => kill(8_000, `root${i}`, 60_000)),
      ...readers(20_000, 21, 40),
      kill(30_000, "leaf3", 60_000),
    ],
    end: 45_000,
    // Three stand in: like roots they have no place, and serve nobody when all have one.
    expect: all(feedsAtMost(8 + 3), gapBelow(1_500, ...names(21, 40)), complete(78, ...names(21, 40))),
  },
  {
    id: "tree",
    title: "of a broadcast that enters at a root it serves no more relays than others do",
    topology: "star50",
    steps: [publish(4_000, "pub", "root1", FAST), ...readers(6_000, 1, 47), kill(20_000, "leaf3", 60_000)],
    end: 40_000,
    expect: all(
      feedsAtMost(8, false),
      levelsAtMost(3),
      neverEnded(...others(3)),
      gapBelow(1_000, ...others(3)),
      complete(68, ...others(3)),
    ),
  },
  {
    id: "tree",
    title: "a publisher that vanishes and is back is seen by the whole tree",
    topology: "star50",
    steps: [
      publish(4_000, "pub", "leaf1", FAST),
      ...readers(5_000, 2, 29),
      { do: "leave", at: 12_000, who: "pub", how: "silently" },
      { do: "publish", at: 13_000, who: "back", to: ["leaf1"], path: PATH, media: FAST, resumes: "pub" },
    ],
    end: 30_000,
    expect: all(feedsAtMost(8), levelsAtMost(3), rootsCarryNothing, gapBelow(2_000)),
  },
  {
    id: "tree",
    title: "a publisher that vanishes and comes as another one elsewhere has a tree there",
    topology: "star50",
    steps: [
      publish(4_000, "pub", "leaf1", FAST),
      ...readers(5_000, 2, 29),
      { do: "leave", at: 12_000, who: "pub", how: "silently" },
      publish(13_000, "other", "leaf30", FAST),
    ],
    end: 30_000,
    expect: all(feedsAtMost(8), levelsAtMost(3), rootsCarryNothing, gapBelow(2_000)),
  },
];

function readers(at: number, first: number, last: number): Step[] {
  return numbers(first, last).map((i) => subscribe(at, `sub${i}`, `leaf${i}`, PATH));
}

function names(first: number, last: number): string[] {
  return numbers(first, last).map((i) => `sub${i}`);
}

/** All but one. */
function others(one: number): string[] {
  return names(1, 47).filter((name) => name !== `sub${one}`);
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** No node serves more relays; roots may serve others beside, where `roots` says so. */
function feedsAtMost(most: number, roots = true): Expectation {
  return ({ world, subscribers }: Stage): string | undefined => {
    for (const { name, process } of world.nodes.values()) {
      const own = [...subscribers.values()].filter(({ spec }) => spec.at.includes(name)).length;
      const relays = (process?.upstreams.size ?? 0) - own;
      if (relays > most && !(roots && name.startsWith("root"))) return `${name} serves ${relays} relays`;
    }
    return undefined;
  };
}

function levelsAtMost(most: number): Expectation {
  return ({ world }: Stage): string | undefined => {
    for (const node of world.nodes.values()) {
      const levels = levelOf(node);
      if (levels > most) return `${node.name} is ${levels} levels below the origin`;
    }
    return undefined;
  };
}

/** Links between the origin's node and this one; 0 for a node that carries nothing. */
function levelOf({ process }: SimNode): number {
  const broadcast = [...(process?.core.hub.broadcasts ?? [])].find(({ path }) => path === PATH);
  const [feed] = broadcast?.feeds ?? [];
  return (feed?.candidate?.hops.length ?? 1) - 1;
}

function rootsCarryNothing({ world }: Stage): string | undefined {
  for (const { name, process } of world.nodes.values())
    if (name.startsWith("root") && (process?.upstreams.size ?? 0) > 0)
      return `${name} serves ${process!.upstreams.size}`;
  return undefined;
}

/** From the second group that came to this one, these have every frame. */
function complete(last: number, ...who: string[]): Expectation {
  return ({ subscribers }: Stage): string | undefined => {
    for (const name of who) {
      const { reception } = subscribers.get(name)!;
      if (!reception) return `${name} has no subscription`;
      for (let group = reception.firstGroup + 1; group <= last; group++) {
        const extent = reception.extent(group);
        if (extent?.from !== 0 || extent.to !== FAST.frames) return `${name} has ${JSON.stringify(extent)} of ${group}`;
      }
    }
    return undefined;
  };
}
