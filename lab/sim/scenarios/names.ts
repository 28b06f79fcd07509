import type { Step } from "../plan/step.ts";
import { FAST, gapBelow, kill, listen, type NamedScenario, publish, subscribe, VIDEO } from "./named.ts";

const NODES = ["root1", "root2", "root3", "leaf1", "leaf2", "leaf3", "leaf4"];

/** Names, identities and what was found later: C, N and parts of F of the failure list. */
export const NAMES: readonly NamedScenario[] = [
  {
    id: "C2",
    title: "clients see no name of the cluster, and nothing below what they may not read",
    topology: "roots3",
    steps: [
      ...NODES.map((node) => listen(4_000, `list ${node}`, node)),
      publish(5_000, "pub", "leaf1", VIDEO, "vault/x"),
      subscribe(6_000, "sub", "leaf2", "vault/x"),
    ],
    end: 20_000,
  },
  {
    id: "N4",
    title: "a client that announces below the cluster's own names is not believed",
    topology: "roots3",
    steps: [
      publish(5_000, "pub", "leaf1", VIDEO, ".internal/origins/evil%3A1"),
      listen(6_000, "list", "leaf2"),
      publish(7_000, "good", "leaf3"),
    ],
    end: 20_000,
    expect: ({ world }) => {
      for (const { name, process } of world.nodes.values())
        if (process!.core.table.routes(".internal/origins/evil%3A1").length > 0) return `${name} believes it`;
      return undefined;
    },
  },
  {
    id: "C11",
    title: "three publishers of one name: everybody has the newest, and the next one when it leaves",
    topology: "roots3",
    steps: [
      publish(4_000, "pub1", "leaf1"),
      publish(6_000, "pub2", "leaf2"),
      publish(8_000, "pub3", "root1"),
      ...NODES.map((node) => subscribe(10_000, `at ${node}`, node)),
      { do: "leave", at: 15_000, who: "pub3", how: "goodbye" },
    ],
    end: 30_000,
    expect: ({ subscribers, publishers }) => {
      const { instance } = publishers.get("pub2")!.media;
      for (const { name, reception } of subscribers.values())
        if (reception?.instance !== instance) return `${name} has ${reception?.instance}, not ${instance}`;
      return undefined;
    },
  },
  {
    id: "N1",
    title: "twenty broadcasts in a burst are seen two relays away, and their end within a second",
    topology: "chain",
    steps: [listen(4_000, "list", "relay3"), ...burst(20)],
    end: 13_500,
    expect: ({ listeners }) => {
      const { heard, live } = listeners.get("list")!;
      return heard === 40 && live.size === 0 ? undefined : `${heard} announcements, ${live.size} left`;
    },
  },
  ...[100, 1_000, 5_000].map(
    (wait): NamedScenario => ({
      id: "N3",
      title: `a publisher that is killed and back as another one after ${wait} ms is seen within a second`,
      topology: "star",
      steps: [
        publish(4_000, "pub", "leaf1", FAST),
        subscribe(5_000, "sub", "leaf2"),
        { do: "leave", at: 10_000, who: "pub", how: "silently" },
        publish(10_000 + wait, "other", "leaf1", FAST),
      ],
      end: 30_000,
      expect: gapBelow(wait + 1_000, "sub"),
    }),
  ),
  ...Object.entries({ mesh5: 280, mesh8: 700, chords12: 500 }).map(
    ([topology, most]): NamedScenario => ({
      id: "N5",
      title: `three ends in a ${topology} are told once to each listener, and not by way of every longer way`,
      topology,
      steps: [
        listen(4_000, "list", "relay4"),
        ...[1, 2, 3].map((i) => publish(5_000, `pub${i}`, "relay1", VIDEO, `live/${i}`)),
        ...[1, 2, 3].map((i): Step => ({ do: "leave", at: 12_000, who: `pub${i}`, how: "goodbye" })),
      ],
      end: 20_000,
      expect: ({ listeners, world }) => {
        const { heard } = listeners.get("list")!;
        const told = [...world.nodes.values()].reduce((sum, { messages }) => sum + messages.relays, 0);
        if (told > most) return `relays told each other ${told} times`;
        return heard > 6 + 12 ? `${heard} announcements` : undefined;
      },
    }),
  ),
  ...["mesh5", "ring5", "mesh8", "chords12"].map(
    (topology): NamedScenario => ({
      id: "N6",
      title: `withdrawn here and published elsewhere at once, a name in a ${topology} leads to the new place`,
      topology,
      steps: [
        publish(4_000, "pub1", "relay1"),
        listen(4_000, "list", "relay4"),
        subscribe(5_000, "sub", "relay4"),
        { do: "leave", at: 12_000, who: "pub1", how: "goodbye" },
        publish(12_050, "pub2", "relay3"),
      ],
      end: 35_000,
    }),
  ),
  {
    id: "N7",
    title: "a publisher without an identity and its viewer, both new every two seconds, meet each time",
    topology: "star",
    steps: Array.from({ length: 10 }, (_, i) => meeting(i, 5_000 + i * 2_000)).flat(),
    end: 30_000,
    expect: ({ subscribers }) => receivedSomething(subscribers.values()),
  },
  {
    id: "F8",
    title: "a link that is up for five seconds and down for two tells listeners little",
    topology: "pair",
    steps: [
      publish(4_000, "pub", "relay1"),
      listen(4_500, "list", "relay2"),
      ...Array.from(
        { length: 10 },
        (_, i): Step => ({ do: "part", at: 10_000 + i * 7_000, a: "relay1", b: "relay2", for: 2_000 }),
      ),
    ],
    end: 100_000,
    expect: ({ listeners }) => {
      const { heard } = listeners.get("list")!;
      return heard > 4 * 10 ? `${heard} announcements` : undefined;
    },
  },
  {
    id: "N8",
    title: "a cut of half a second in mid-group loses no frame that is still cached",
    topology: "pair",
    steps: [
      publish(4_000, "pub", "relay1", FAST),
      subscribe(5_000, "sub", "relay2"),
      ...[10_000, 13_300, 17_700].map((at): Step => ({ do: "cut", at, a: "relay1", b: "relay2", for: 0 })),
    ],
    end: 30_000,
    expect: ({ subscribers }) => {
      const { ends, reception } = subscribers.get("sub")!;
      if (ends.size > 0) return "its subscription was ended";
      for (let group = reception!.firstGroup; group < 45; group++) {
        const extent = reception!.extent(group);
        if (extent?.from !== 0 || extent.to !== 10) return `group ${group} has ${JSON.stringify(extent)}`;
      }
      return undefined;
    },
  },
  {
    id: "N11",
    title: "two hundred subscribers that stay for a second, ten at a time: none is refused or ended, all see frames",
    topology: "star",
    steps: [
      publish(4_000, "pub", "leaf1", FAST),
      ...Array.from({ length: 200 }, (_, i): Step[] => [
        subscribe(5_000 + i * 100, `sub${i}`, `leaf${(i % 4) + 1}`),
        { do: "leave", at: 6_000 + i * 100, who: `sub${i}`, how: i % 3 === 0 ? "silently" : "goodbye" },
      ]).flat(),
    ],
    end: 40_000,
    expect: ({ subscribers }) => {
      const ended = [...subscribers.values()].find(({ ends }) => ends.size > 0);
      if (ended) return `${ended.name} was ended: ${[...ended.ends.keys()]}`;
      return receivedSomething(subscribers.values());
    },
  },
  {
    id: "F3",
    title: "a relay with readers dies: their new relays serve them, the other leaves notice nothing",
    topology: "star",
    steps: [
      publish(4_000, "pub", "leaf1", FAST),
      { do: "subscribe", at: 5_000, who: "roams", to: ["leaf2", "leaf3"], path: "live/a" },
      subscribe(5_000, "stays", "leaf4"),
      kill(15_000, "leaf2", 20_000),
    ],
    end: 50_000,
    expect: gapBelow(250, "stays"),
  },
];

function burst(count: number): Step[] {
  return Array.from({ length: count }, (_, i): Step[] => [
    publish(5_000 + i, `pub${i}`, "relay1", VIDEO, `live/${i}`),
    { do: "leave", at: 12_000, who: `pub${i}`, how: "goodbye" },
  ]).flat();
}

/** Publisher and viewer come, in turn the one and the other first, and go again before the next ones come. */
function meeting(i: number, at: number): Step[] {
  const who = [`pub${i}`, `sub${i}`] as const;
  const order = i % 2 === 0 ? [0, 200] : [200, 0];
  const how = i % 3 === 0 ? "goodbye" : "silently";
  return [
    { do: "publish", at: at + order[0]!, who: who[0], to: ["leaf1"], path: "live/a", media: FAST, named: false },
    subscribe(at + order[1]!, who[1], "leaf2"),
    ...who.map((one): Step => ({ do: "leave", at: at + 1_900, who: one, how })),
  ];
}

function receivedSomething(subscribers: Iterable<{ name: string; frames: number }>): string | undefined {
  const names = [...subscribers].filter(({ frames }) => frames === 0).map(({ name }) => name);
  return names.length === 0 ? undefined : `nothing came to ${names.join(", ")}`;
}
