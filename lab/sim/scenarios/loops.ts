import type { Step } from "../plan/step.ts";
import {
  all,
  FAST,
  gapBelow,
  heardAtMost,
  kill,
  listen,
  type NamedScenario,
  neverEnded,
  publish,
  subscribe,
  VIDEO,
} from "./named.ts";

/** Loops, phantoms and stale entries: L of the failure list. */
export const LOOPS: readonly NamedScenario[] = [
  {
    id: "L1",
    title: "two relays that dial each other keep nothing of a hundred broadcasts that came and went",
    topology: "pair",
    steps: [listen(4_000, "list", "relay2"), ...comeAndGo(100)],
    expect: heardAtMost("list", 200),
  },
  {
    id: "L2",
    title: "after the publisher's relay and the publisher have restarted, every relay has new data",
    topology: "mesh5",
    steps: [
      publish(4_000, "pub", "relay1"),
      ...[1, 2, 3, 4, 5].map((i) => subscribe(5_000, `sub${i}`, `relay${i}`)),
      kill(10_000, "relay1", 1_500),
      { do: "leave", at: 10_000, who: "pub", how: "silently" },
      publish(12_000, "again", "relay1"),
    ],
    end: 40_000,
  },
  {
    id: "L3",
    title: "a publisher without an identity in a triangle does not flap",
    topology: "triangle",
    steps: [
      {
        do: "publish",
        at: 4_000,
        who: "pub",
        to: ["relay1"],
        path: "live/a",
        media: VIDEO,
        named: false,
        version: "moq-lite-04",
      },
      listen(4_500, "list", "relay3"),
      subscribe(5_000, "sub", "relay2"),
    ],
    expect: all(heardAtMost("list", 4), neverEnded("sub")),
  },
  {
    id: "L4",
    title: "a clean end is told everywhere within a second",
    topology: "roots3",
    steps: [
      publish(4_000, "pub", "leaf1"),
      listen(4_500, "list", "leaf4"),
      { do: "leave", at: 10_000, who: "pub", how: "goodbye" },
    ],
    end: 11_000,
    expect: ({ listeners }) => (listeners.get("list")!.live.size === 0 ? undefined : "still listed after a second"),
  },
  ...[100, 1_000, 4_900, 5_100].map(
    (wait): NamedScenario => ({
      id: "L5",
      title: `a publisher that vanishes and is back after ${wait} ms is seen again`,
      topology: "star",
      steps: [
        publish(4_000, "pub", "leaf1", FAST),
        subscribe(5_000, "sub", "leaf2"),
        { do: "leave", at: 10_000, who: "pub", how: "silently" },
        { do: "publish", at: 10_000 + wait, who: "back", to: ["leaf1"], path: "live/a", media: FAST, resumes: "pub" },
      ],
      end: 30_000,
      // Its relay hears of the new one at once, and needs no timeout.
      expect: gapBelow(wait + 1_000, "sub"),
    }),
  ),
  ...["triangle", "ring4", "ring5", "chain"].map(
    (topology): NamedScenario => ({
      id: "L8",
      title: `subscribers at every relay of a ${topology} go on when one restarts`,
      topology,
      steps: [
        publish(4_000, "pub", "relay1"),
        ...[1, 2, 3].map((i) => subscribe(5_000, `sub${i}`, `relay${i}`)),
        kill(12_000, "relay2", 3_000),
      ],
      end: 40_000,
      expect: neverEnded("sub1"),
    }),
  ),
  {
    id: "L12",
    title: "a link that is cut and made again twenty times leaves one route, and data flows",
    topology: "pair",
    steps: [
      publish(4_000, "pub", "relay1"),
      subscribe(5_000, "sub", "relay2"),
      ...Array.from(
        { length: 20 },
        (_, i): Step => ({ do: "cut", at: 8_000 + i * 1_000, a: "relay1", b: "relay2", for: 0 }),
      ),
    ],
    end: 45_000,
  },
];

function comeAndGo(times: number): Step[] {
  return Array.from({ length: times }, (_, i): Step[] => [
    publish(5_000 + i * 300, `pub${i}`, "relay1", VIDEO, `live/${i}`),
    { do: "leave", at: 5_150 + i * 300, who: `pub${i}`, how: i % 2 === 0 ? "goodbye" : "end" },
  ]).flat();
}
