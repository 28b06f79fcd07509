import type { Stage } from "../plan/stage.ts";
import {
  all,
  type Expectation,
  FAST,
  gapBelow,
  heardAtMost,
  kill,
  listen,
  type NamedScenario,
  neverEnded,
  publish,
  subscribe,
} from "./named.ts";

/** Dear links, behind which several relays read the same. */
export const WARM: readonly NamedScenario[] = [
  {
    id: "warm",
    title: "of relays beyond a dear link the first has a copy sent over it, and the others have it from there",
    topology: "sea",
    steps: [
      publish(4_000, "pub", "relay1", FAST),
      listen(5_000, "list", "relay4"),
      subscribe(6_000, "sub2", "relay2"),
      subscribe(14_000, "sub3", "relay3"),
      subscribe(22_000, "sub4", "relay4"),
    ],
    end: 40_000,
    expect: all(crossings(1), neverEnded("sub2", "sub3", "sub4"), heardAtMost("list", 2)),
  },
  {
    id: "warm",
    title: "relays beyond a dear link that begin at the same moment stay as they are",
    topology: "sea",
    steps: [
      publish(4_000, "pub", "relay1", FAST),
      listen(5_000, "list", "relay4"),
      ...[2, 3, 4].map((i) => subscribe(6_000, `sub${i}`, `relay${i}`)),
    ],
    end: 40_000,
    expect: all(crossings(3), neverEnded("sub2", "sub3", "sub4"), gapBelow(300, "sub2", "sub3", "sub4")),
  },
  {
    id: "warm",
    title: "the relay that has the copy sent is killed: the others go on",
    topology: "sea",
    steps: [
      publish(4_000, "pub", "relay1", FAST),
      subscribe(6_000, "sub2", "relay2"),
      subscribe(14_000, "sub3", "relay3"),
      subscribe(22_000, "sub4", "relay4"),
      kill(35_000, "relay2", 60_000),
    ],
    end: 60_000,
    expect: all(neverEnded("sub3", "sub4"), gapBelow(1_000, "sub3", "sub4")),
  },
  {
    id: "warm",
    title: "the relay that has the copy sent has no more viewers: it goes on for the others",
    topology: "sea",
    steps: [
      publish(4_000, "pub", "relay1", FAST),
      subscribe(6_000, "sub2", "relay2"),
      subscribe(14_000, "sub3", "relay3"),
      subscribe(22_000, "sub4", "relay4"),
      { do: "leave", at: 35_000, who: "sub2", how: "end" },
    ],
    end: 60_000,
    expect: all(crossings(1), neverEnded("sub3", "sub4"), gapBelow(300, "sub3", "sub4")),
  },
];

/** Relays that have it sent over a dear link. */
function crossings(wanted: number): Expectation {
  return ({ world }: Stage) => {
    const relays = world.node("relay1").process!.upstreams.size;
    return relays === wanted ? undefined : `${relays} copies cross the sea`;
  };
}
