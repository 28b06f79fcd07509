import type { Step } from "../plan/step.ts";
import {
  all,
  type Expectation,
  FAST,
  far,
  gapBelowAfter,
  heardAtMost,
  listen,
  type NamedScenario,
  neverEnded,
  publish,
  subscribe,
  VIDEO,
} from "./named.ts";

/** What comes and goes: F8 of the failure list. */
export const FLAPS: readonly NamedScenario[] = [
  {
    id: "F8",
    title: "a link that comes and goes fifty times is left alone where there is another way",
    topology: "diamond",
    steps: [
      // Over relay2 it is farther.
      ...far("relay2", 0, 500_000, 40),
      publish(5_000, "pub", "relay1", FAST),
      subscribe(6_000, "sub", "relay4"),
      ...flapping("part", "relay3", "relay4"),
    ],
    end: 430_000,
    expect: all(gapBelowAfter(55_000, 150, "sub"), neverEnded("sub"), damped("relay4", 1)),
  },
  {
    id: "F8",
    title: "a link that comes and goes is used all the same where there is no other",
    topology: "pair",
    steps: [
      publish(5_000, "pub", "relay1", FAST),
      subscribe(6_000, "sub", "relay2"),
      ...flapping("cut", "relay1", "relay2"),
    ],
    end: 430_000,
    expect: all(gapBelowAfter(50_000, 4_000, "sub"), neverEnded("sub"), damped("relay2", 1)),
  },
  {
    id: "F8",
    title: "a broadcast that begins and ends twice a second for a minute is heard of a few times",
    topology: "star",
    steps: [listen(5_000, "list", "leaf2"), ...toggling()],
    end: 80_000,
    expect: heardAtMost("list", 16),
  },
  {
    id: "F8",
    title: "nothing is damped when every relay is restarted, one after the other, twice",
    topology: "mesh5",
    steps: [publish(5_000, "pub", "relay1", VIDEO), subscribe(6_000, "sub", "relay3"), ...restarts()],
    end: 120_000,
    expect: ({ world }) => {
      const some = [...world.nodes.values()].find(({ process }) => process!.cluster.damping.counters.damped > 0);
      return some && `${some.name} has damped a link`;
    },
  },
];

/** 5 s up, 3 s down. */
function flapping(how: "cut" | "part", a: string, b: string): Step[] {
  return Array.from({ length: 50 }, (_, i) => ({ do: how, at: 20_000 + i * 8_000, a, b, for: 3_000 }));
}

/** One publisher, which connects anew each time. */
function toggling(): Step[] {
  return Array.from({ length: 120 }, (_, i): Step[] => {
    const again = i === 0 ? {} : { resumes: `pub${i - 1}` };
    return [
      { do: "publish", at: 10_000 + i * 500, who: `pub${i}`, to: ["leaf1"], path: "live/a", media: VIDEO, ...again },
      { do: "leave", at: 10_250 + i * 500, who: `pub${i}`, how: i % 2 === 0 ? "goodbye" : "end" },
    ];
  }).flat();
}

function restarts(): Step[] {
  const nodes = ["relay2", "relay4", "relay5", "relay2", "relay4", "relay5"];
  return nodes.map((node, i) => ({ do: "stop", at: 15_000 + i * 4_000, node, for: 1_500 }));
}

function damped(name: string, least: number): Expectation {
  return ({ world }) => {
    const { counters } = world.node(name).process!.cluster.damping;
    return counters.damped < least ? `${name} has damped nothing, ${counters.losses} losses` : undefined;
  };
}
