import type { MadeGroup } from "../actors/media.ts";
import type { Stage } from "../plan/stage.ts";
import type { Step } from "../plan/step.ts";
import {
  all,
  type Expectation,
  FAST,
  far,
  gapBelow,
  heardAtMost,
  listen,
  type NamedScenario,
  neverEnded,
  publish,
  subscribe,
} from "./named.ts";

/** Ways of different length, by relays of which nobody has said what their links cost. */
export const DISTANCES: readonly NamedScenario[] = [
  {
    id: "F31",
    title:
      "of two ways the nearer is taken, and left within ten seconds without a lost frame when it gets longer for good",
    topology: "diamond",
    steps: [
      ...far("relay2", 0, 60_000, 40),
      publish(12_000, "pub", "relay1", FAST),
      subscribe(13_000, "sub", "relay4"),
      ...far("relay3", 30_000, 30_000, 100),
    ],
    end: 42_000,
    expect: all(carriedOver("relay2"), nothingLacks("sub"), neverEnded("sub"), gapBelow(300, "sub")),
  },
  {
    id: "F31",
    title: "of two ways the nearer is kept while nothing changes",
    topology: "diamond",
    steps: [
      ...far("relay2", 0, 60_000, 40),
      publish(12_000, "pub", "relay1", FAST),
      subscribe(13_000, "sub", "relay4"),
    ],
    end: 42_000,
    expect: all(carriedOver("relay3"), nothingLacks("sub"), neverEnded("sub")),
  },
  {
    id: "F31",
    title: "jitter of a quarter, and spikes of some seconds, change no route and are told nobody",
    topology: "diamond",
    steps: [
      ...far("relay2", 0, 400_000, 50),
      ...far("relay3", 0, 400_000, 40),
      publish(20_000, "pub", "relay1", FAST),
      listen(21_000, "list", "relay4"),
      subscribe(21_000, "sub", "relay4"),
      ...trembling(22_000, 100_000),
    ],
    end: 120_000,
    expect: all(carriedOver("relay3"), heardAtMost("list", 1), neverEnded("sub")),
  },
];

/** Both ways are never quite the same for half a second; now and then the nearer one is the farther for three. */
function trembling(from: number, until: number): Step[] {
  const steps: Step[] = [];
  for (let at = from, i = 0; at < until; at += 500, i++) {
    const share = ((i * 7) % 10) / 9;
    const spike = i % 20 < 6;
    steps.push(
      ...far("relay3", at, 499, spike ? 90 : 40 + 8 * share),
      ...far("relay2", at, 499, 50 + 10 * (1 - share)),
    );
  }
  return steps;
}

/** Of the two in the middle only this one carries something. */
function carriedOver(wanted: string): Expectation {
  return ({ world }: Stage) => {
    const carrying = ["relay2", "relay3"].filter((name) => {
      const broadcasts = [...world.node(name).process!.core.hub.broadcasts];
      return broadcasts.some(({ feeds }) => [...feeds].some(({ readers }) => readers > 0));
    });
    return carrying.join() === wanted ? undefined : `it is carried by ${carrying.join(" and ") || "nobody"}`;
  };
}

/** Every frame from the first one on has come, but for the last second. */
function nothingLacks(name: string): Expectation {
  return ({ subscribers, publishers, world }: Stage) => {
    const { reception } = subscribers.get(name)!;
    if (reception?.firstAt === undefined) return `${name} has nothing`;
    const { firstAt } = reception;
    const isDue = (group: MadeGroup, index: number): boolean =>
      group.at[index]! > firstAt && group.at[index]! < world.now - 1_000;
    for (const { media } of publishers.values()) {
      for (const group of media.groups.values()) {
        const extent = reception.extent(group.sequence);
        const lacks = group.at.findIndex((_, i) => isDue(group, i) && !(extent && i >= extent.from && i < extent.to));
        if (lacks !== -1) return `${name} lacks frame ${group.sequence}/${lacks}`;
      }
    }
    return undefined;
  };
}
