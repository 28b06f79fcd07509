import type { Step } from "../plan/step.ts";
import {
  all,
  CATALOG,
  FAST,
  gapBelow,
  gapBelowAfter,
  kill,
  LONG,
  listen,
  type NamedScenario,
  neverEnded,
  publish,
  subscribe,
  VIDEO,
} from "./named.ts";

const LEAVES = ["leaf1", "leaf2", "leaf3", "leaf4"];

/** Failover and reconnecting: R of the failure list, and those of the fault list that belong there. */
export const RECONNECTS: readonly NamedScenario[] = [
  {
    id: "R1",
    title: "a relay that carries a flow dies silently: with another way the pause is below a second",
    topology: "mesh5",
    steps: [publish(4_000, "pub", "relay1", FAST), subscribe(5_000, "sub", "relay3"), ...silentNeighbour()],
    end: 40_000,
    expect: gapBelowAfter(19_000, 1_000, "sub"),
  },
  {
    id: "R2",
    title: "of two publishers the one in use vanishes: all relays move to the other",
    topology: "roots3",
    steps: [
      publish(4_000, "pub1", "leaf1"),
      publish(8_000, "pub2", "leaf2"),
      ...LEAVES.map((leaf) => subscribe(5_000, `at ${leaf}`, leaf)),
      { do: "leave", at: 15_000, who: "pub2", how: "silently" },
    ],
    end: 40_000,
  },
  {
    id: "R3",
    title: "a better way that comes back is taken again",
    topology: "triangle",
    steps: [
      publish(4_000, "pub", "relay1"),
      subscribe(5_000, "sub", "relay3"),
      { do: "part", at: 10_000, a: "relay1", b: "relay3", for: 8_000 },
    ],
    end: 40_000,
    expect: ({ world }) => {
      const carried = [...world.node("relay2").process!.core.hub.broadcasts].flatMap(({ feeds }) => [...feeds]);
      return carried.some(({ readers }) => readers > 0) ? "relay2 still carries it" : undefined;
    },
  },
  {
    id: "R3",
    title: "a publisher that has moved to another node is fetched from there, and no longer by way of the root",
    topology: "star",
    steps: [
      publish(4_000, "pub", "leaf1"),
      subscribe(5_000, "sub", "leaf2"),
      { do: "part", at: 10_000, a: "leaf1", b: "leaf2", for: 30_000 },
      { do: "publish", at: 15_000, who: "moved", to: ["leaf3"], path: "live/a", media: VIDEO, resumes: "pub" },
      { do: "leave", at: 15_500, who: "pub", how: "goodbye" },
    ],
    end: 25_000,
    expect: ({ world }) => {
      const nodes = world.node("leaf2").process!.cluster.linksByKind().get("node");
      return nodes === 1 ? undefined : `leaf2 has links to ${nodes} nodes`;
    },
  },
  {
    id: "N3",
    title: "of a relay that was killed and is back nobody keeps what it had told before",
    topology: "trio",
    steps: [publish(4_000, "pub", "leaf1"), { do: "kill", at: 15_000, node: "leaf1", for: 100 }],
    end: 18_500,
    expect: ({ world }) => {
      const { links } = world.node("root1").process!.cluster.sizes();
      return links === 2 ? undefined : `root1 has ${links} links with two nodes`;
    },
  },
  {
    id: "R4",
    title: "a root that is killed for a minute is dialled at a bounded rate",
    topology: "star",
    steps: [kill(5_000, "root1", 60_000)],
    end: 70_000,
    expect: ({ world }) => {
      const { dials } = world.node("leaf1").process!.cluster.counters;
      return dials > 100 ? `${dials} dials in a minute` : undefined;
    },
  },
  {
    id: "R7",
    title: "after twenty losses of its root a node is still a member",
    topology: "trio",
    steps: [
      ...Array.from(
        { length: 20 },
        (_, i): Step => ({ do: "cut", at: 5_000 + i * 30_000, a: "leaf1", b: "root1", for: 0 }),
      ),
      publish(610_000, "pub", "leaf1"),
      subscribe(612_000, "sub", "leaf2"),
    ],
    end: 640_000,
  },
  ...([2, 5] as const).map(
    (leaves): NamedScenario => ({
      id: "R8",
      title: `the only root dies: ${leaves} leaves with direct links notice nothing`,
      topology: leaves === 2 ? "trio" : "star",
      steps: [
        publish(4_000, "pub", "leaf1", FAST),
        ...LEAVES.slice(1, leaves).map((leaf) => subscribe(5_000, `at ${leaf}`, leaf)),
        kill(15_000, "root1", 10_000),
      ],
      end: 40_000,
      expect: all(gapBelow(250), neverEnded(...LEAVES.slice(1, leaves).map((leaf) => `at ${leaf}`))),
    }),
  ),
  {
    id: "R8",
    title: "while the only root is away, a new publisher is found by another node",
    topology: "star",
    steps: [kill(8_000, "root1", 30_000), publish(15_000, "pub", "leaf1"), subscribe(16_000, "sub", "leaf2")],
    end: 30_000,
    expect: gapBelow(2_000, "sub"),
  },
  {
    id: "R8",
    title: "a node that restarts while all roots are away joins by a node that it remembers",
    topology: "roots3",
    steps: [
      publish(4_000, "pub", "leaf1"),
      ...["root1", "root2", "root3"].map((root) => kill(10_000, root, 30_000)),
      kill(16_000, "leaf2", 1_000),
      subscribe(18_000, "sub", "leaf2"),
    ],
    end: 32_000,
    expect: gapBelow(2_000, "sub"),
  },
  {
    id: "R10",
    title: "a root that takes every connection and says nothing does not hold up the others",
    topology: "roots3",
    steps: [
      { do: "dumb", at: 1, node: "root3", for: 40_000 },
      publish(8_000, "pub", "leaf1"),
      subscribe(9_000, "sub", "leaf2"),
    ],
    end: 30_000,
    expect: all(gapBelow(250, "sub"), neverEnded("sub")),
  },
  {
    id: "R13",
    title: "all roots away for seven minutes: flows go on, and all is well when they are back",
    topology: "roots3",
    steps: [
      publish(4_000, "pub", "leaf1"),
      subscribe(5_000, "sub", "leaf2"),
      ...["root1", "root2", "root3"].map((root) => kill(15_000, root, 420_000)),
    ],
    end: 450_000,
    expect: all(gapBelow(450, "sub"), neverEnded("sub")),
  },
  {
    id: "R14",
    title: "every node is restarted in turn: viewers elsewhere go on",
    topology: "roots3",
    steps: [
      publish(4_000, "pub", "leaf1", CATALOG),
      ...LEAVES.map((leaf) => subscribe(5_000, `at ${leaf}`, leaf)),
      ...["root1", "root2", "root3", "leaf2", "leaf3", "leaf4", "leaf1"].map(
        (node, i): Step => ({ do: "stop", at: 10_000 + i * 8_000, node, for: 2_000 }),
      ),
    ],
    end: 90_000,
  },
  {
    id: "R17",
    title: "a cluster parted in the middle, with a publisher on each side, agrees afterwards",
    topology: "mesh5",
    steps: [
      publish(4_000, "pub1", "relay1"),
      publish(5_000, "pub2", "relay5"),
      ...["relay1", "relay2"].flatMap((a) =>
        ["relay3", "relay4", "relay5"].map((b): Step => ({ do: "part", at: 10_000, a, b, for: 15_000 })),
      ),
      listen(6_000, "list", "relay3"),
    ],
    end: 50_000,
  },
  {
    id: "F5",
    title: "a relay whose event loop stalls for a second loses nobody",
    topology: "star",
    steps: [
      publish(4_000, "pub", "leaf1", FAST),
      subscribe(5_000, "sub", "leaf2"),
      { do: "stall", at: 10_000, node: "leaf1", for: 1_000 },
      { do: "stall", at: 15_000, node: "leaf2", for: 1_000 },
      { do: "stall", at: 20_000, node: "root1", for: 1_000 },
    ],
    end: 40_000,
    expect: all(gapBelow(1_200), neverEnded("sub")),
  },
  {
    id: "F5",
    title: "a relay whose event loop stalls for ten seconds is left for another way within four",
    topology: "mesh5",
    steps: [
      publish(4_000, "pub", "relay1", FAST),
      subscribe(5_000, "sub", "relay3"),
      ...detour(),
      { do: "stall", at: 25_000, node: "relay2", for: 10_000 },
    ],
    end: 45_000,
    expect: gapBelowAfter(24_000, 4_000, "sub"),
  },
  {
    id: "F7",
    title: "a link that works in one direction only is noticed, and the flow goes on another way",
    topology: "triangle",
    steps: [
      publish(4_000, "pub", "relay1", FAST),
      subscribe(5_000, "sub", "relay3"),
      { do: "mute", at: 10_000, a: "relay1", b: "relay3", for: 20_000 },
    ],
    end: 45_000,
    expect: gapBelow(6_000, "sub"),
  },
  {
    id: "F27",
    title: "wall clocks that jump by an hour end nothing",
    topology: "star",
    steps: [
      publish(4_000, "pub", "leaf1", FAST),
      subscribe(5_000, "sub", "leaf2"),
      { do: "skew", at: 10_000, node: "leaf1", for: 3_600_000 },
      { do: "skew", at: 12_000, node: "root1", for: -3_600_000 },
      { do: "skew", at: 14_000, node: "leaf2", for: -3_600_000 },
    ],
    end: 30_000,
    expect: all(gapBelow(250), neverEnded("sub")),
  },
  {
    id: "F27",
    title: "where nodes show tokens, clocks that are a minute apart make no difference",
    topology: "star",
    tokens: true,
    steps: [
      { do: "skew", at: 1, node: "leaf1", for: 50_000 },
      { do: "skew", at: 1, node: "root1", for: -50_000 },
      publish(4_000, "pub", "leaf1", FAST),
      subscribe(5_000, "sub", "leaf2"),
      kill(10_000, "root1", 700),
      { do: "cut", at: 15_000, a: "leaf1", b: "leaf2", for: 1 },
    ],
    end: 40_000,
    expect: all(gapBelow(700, "sub"), neverEnded("sub")),
  },
  {
    id: "F27",
    title:
      "a node whose clock is an hour behind keeps its links, is let in nowhere, and everywhere once its clock is right",
    topology: "trio",
    tokens: true,
    steps: [
      publish(4_000, "pub", "leaf1", FAST),
      subscribe(5_000, "sub", "leaf2"),
      { do: "skew", at: 10_000, node: "leaf1", for: -3_600_000 },
      { do: "skew", at: 20_000, node: "leaf1", for: 3_600_000 },
      { do: "skew", at: 30_000, node: "leaf1", for: -3_600_000 },
      { do: "cut", at: 31_000, a: "leaf1", b: "root1", for: 1 },
      { do: "skew", at: 38_000, node: "leaf1", for: 3_600_000 },
    ],
    end: 60_000,
    expect: all(gapBelow(250, "sub"), neverEnded("sub"), ({ world }) => {
      const links = world.node("leaf1").process!.cluster.linksByKind().get("root");
      return links === 1 ? undefined : `leaf1 has ${links} links to the root`;
    }),
  },
  {
    id: "F28",
    title: "a relay that is stopped says so, and flows that it carried are elsewhere at once",
    topology: "mesh5",
    steps: [publish(4_000, "pub", "relay1", FAST), subscribe(5_000, "sub", "relay3"), ...detour(), stopAt(20_000)],
    end: 40_000,
    expect: gapBelowAfter(19_000, 300, "sub"),
  },
  {
    id: "R1",
    title: "with a second route held ready, a silent death costs no frame",
    topology: "mesh5",
    steps: [
      publish(4_000, "pub", "relay1", FAST, "live/twice"),
      subscribe(5_000, "sub", "relay3", "live/twice"),
      ...silentNeighbour(),
    ],
    end: 40_000,
    expect: gapBelowAfter(19_000, 200, "sub"),
  },
  {
    id: "R1",
    title: "with a second route held ready, whichever relay dies costs no frame, whatever took over last",
    topology: "through",
    steps: [
      publish(2_000, "pub", "leaf1", LONG, "live/twice"),
      subscribe(3_000, "sub", "leaf2", "live/twice"),
      // One that is back is the better way again, and the one before dies at any moment of the change.
      ...Array.from({ length: 24 }, (_, i) => kill(10_000 + i * 6_100, i % 2 === 0 ? "root1" : "root2", 500)),
    ],
    end: 185_000,
    expect: gapBelowAfter(9_000, 100, "sub"),
  },
  ...[false, true].map(
    (known): NamedScenario => ({
      id: "R1",
      title: `a relay whose way is ${known ? "lost" : "silent"} goes on by one that reads from it: no viewer is ended`,
      topology: "bypass",
      steps: [
        publish(4_000, "pub", "relay1", FAST),
        subscribe(6_000, "sub2", "relay2"),
        subscribe(6_500, "sub3", "relay3"),
        ...(known ? [{ do: "cut", at: 15_000, a: "relay1", b: "relay2", for: 10_000 } as const] : []),
        { do: "part", at: 15_000, a: "relay1", b: "relay2", for: 10_000 },
      ],
      end: 24_000,
      expect: all(neverEnded("sub2", "sub3"), gapBelow(1_000, "sub2", "sub3")),
    }),
  ),
];

/** relay3 has the flow from relay1 only through others; then the first of these dies. */
function silentNeighbour(): Step[] {
  return [...detour(), kill(20_000, "relay2", 15_000)];
}

function detour(): Step[] {
  return ["relay4", "relay5"]
    .map((b): Step => ({ do: "part", at: 6_000, a: "relay3", b, for: 5_000 }))
    .concat([{ do: "part", at: 6_000, a: "relay1", b: "relay3", for: 33_000 }]);
}

function stopAt(at: number): Step {
  return { do: "stop", at, node: "relay2", for: 15_000 };
}
