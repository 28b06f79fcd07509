import type { VersionName } from "@moq-relay/protocol/wire";
import type { MediaShape } from "../actors/media.ts";
import { OPEN, SECRET, TWICE } from "../world/node-config.ts";
import type { Chance } from "../world/random.ts";
import type { Step } from "./step.ts";
import type { Topology } from "./topology.ts";

/** Milliseconds: when the first clients come, when the last fault begins, and how long the run is. */
export const TIMES = { start: 4_000, trouble: 30_000, end: 60_000 } as const;

const VERSIONS: readonly VersionName[] = ["moq-lite-06", "moq-lite-06", "moq-lite-06", "moq-lite-05", "moq-lite-04"];

const MEDIA: readonly MediaShape[] = [
  { interval: 200, frames: 5, dribble: 0 },
  { interval: 200, frames: 5, dribble: 40 },
  { interval: 100, frames: 20, dribble: 15 },
  { interval: 500, frames: Number.POSITIVE_INFINITY, dribble: 0 },
];

/** What most of them are about comes more than once. */
const PATHS = [`${OPEN}/a`, `${OPEN}/a`, `${OPEN}/a`, `${OPEN}/b`, `${OPEN}/room/c`, TWICE, TWICE, `${SECRET}/d`];

/** A random history: who comes and goes, and what goes wrong. A quarter of the histories have no fault. */
export function generate(topology: Topology, chance: Chance): Step[] {
  const names = topology.nodes.map(({ name }) => name);
  const steps: Step[] = [];
  publishers(names, chance.fork("publishers"), steps);
  viewers(names, chance.fork("viewers"), steps);
  if (!chance.chance(0.25)) faults(topology, chance.fork("faults"), steps);
  return steps.sort((a, b) => a.at - b.at);
}

function places(names: readonly string[], chance: Chance): string[] {
  const [first, second] = chance.shuffle(names);
  return chance.chance(0.3) && second !== undefined ? [first!, second] : [first!];
}

/** The first one stays; others may go, and come back. */
function publishers(names: readonly string[], chance: Chance, steps: Step[]): void {
  const count = chance.between(1, 5);
  for (let i = 0; i < count; i++) {
    const who = `pub${i + 1}`;
    const at = TIMES.start + chance.next() * (i === 0 ? 1_000 : 15_000);
    const media = chance.pick(MEDIA);
    const path = i === 0 ? PATHS[0]! : chance.pick(PATHS);
    const common = { do: "publish", to: places(names, chance), path, media } as const;
    const version = chance.pick(VERSIONS);
    steps.push({ ...common, at, who, version, named: chance.chance(0.7) });
    if (i === 0 || chance.chance(0.4)) continue;
    const gone = at + 3_000 + chance.next() * 20_000;
    steps.push({ do: "leave", at: gone, who, how: chance.pick(["goodbye", "silently", "end"]) });
    if (chance.chance(0.3)) continue;
    const back = gone + chance.pick([50, 1_000, 4_900, 5_100, 7_000]);
    const to = chance.chance(0.5) ? common.to : places(names, chance);
    const again = { ...common, to, at: back, who: `${who}'`, version, named: true };
    steps.push(chance.chance(0.5) ? { ...again, resumes: who } : again);
  }
}

function viewers(names: readonly string[], chance: Chance, steps: Step[]): void {
  for (let i = 0; i < 2; i++) {
    const at = TIMES.start + chance.next() * 5_000;
    steps.push({ do: "listen", at, who: `list${i + 1}`, to: [chance.pick(names)], path: chance.pick(["", OPEN]) });
  }
  const count = chance.between(3, 8);
  for (let i = 0; i < count; i++) {
    const who = `sub${i + 1}`;
    const at = TIMES.start + chance.next() * 15_000;
    const common = { do: "subscribe", at, who, to: places(names, chance), path: chance.pick(PATHS) } as const;
    const asksFirst = chance.chance(0.5);
    const viewer = { ...common, version: chance.pick(VERSIONS), asksFirst, maxAge: chance.pick([0, 0, 2_000]) };
    const slow = chance.fork(`${who} slow`);
    steps.push(slow.chance(0.1) ? { ...viewer, rate: slow.pick(SLOW) } : viewer);
    if (chance.chance(0.25)) {
      const how = chance.pick(["goodbye", "silently"] as const);
      steps.push({ do: "leave", at: at + chance.next() * 15_000, who, how });
    }
  }
}

/** What a slow link carries, bytes per millisecond: a track takes between 0.1 and 0.6. */
const SLOW = [0.2, 0.5, 1];

/** How long something lasts, milliseconds. */
const SHORT = [100, 700, 1_500, 4_000, 8_000];
const LONG = [4_000, 8_000, 15_000];

const FAULTS = [
  "kill",
  "kill",
  "stop",
  "stall",
  "isolate",
  "skew",
  "cut",
  "cut",
  "part",
  "part",
  "mute",
  "shape",
] as const;

function faults(topology: Topology, chance: Chance, steps: Step[]): void {
  const names = topology.nodes.map(({ name }) => name);
  const edges = linked(topology);
  const count = chance.between(1, 10);
  const from = TIMES.start + 1_500;
  for (let i = 0; i < count; i++) {
    const at = from + chance.next() * (TIMES.trouble - from);
    const verb = topology.drifts && chance.chance(0.5) ? "shape" : chance.pick(FAULTS);
    const waits = topology.drifts && verb === "shape" ? LONG : SHORT;
    const wait = Math.round(chance.pick(waits) * (0.5 + chance.next()));
    const [a, b] = chance.shuffle(chance.pick(edges)) as [string, string];
    if (verb === "skew") {
      steps.push({
        do: verb,
        at,
        node: chance.pick(names),
        for: chance.pick(topology.tokens ? [-2_000, 2_000, -500] : [-3_600_000, 3_600_000, -500]),
      });
    } else if (verb === "shape") {
      const link = { delay: chance.pick([1, 100, 500]), jitter: chance.between(0, 200), loss: chance.next() * 0.3 };
      const slow = chance.fork(`${i} slow`);
      const rate = slow.chance(0.3) ? { rate: slow.pick(SLOW) } : {};
      steps.push({ do: verb, at, a, b, for: wait, link: { ...link, ...rate } });
    } else if (verb === "cut" || verb === "part" || verb === "mute") {
      steps.push({ do: verb, at, a, b, for: wait });
    } else {
      const step = { do: verb, at, node: chance.pick(names), for: wait };
      const dead = chance.fork(`${i} dead`);
      if (verb === "kill" && dead.chance(0.2)) steps.push({ ...step, do: "dumb" });
      else if (verb === "kill" && dead.chance(0.5)) steps.push({ ...step, tells: true });
      else steps.push(step);
    }
  }
}

/** Pairs of relays that have, or may come to have, a link. */
function linked({ nodes }: Topology): [string, string][] {
  const edges = nodes.flatMap(({ name, peers = [] }) => peers.map(({ to }): [string, string] => [name, to]));
  if (edges.length > 0) return edges;
  return nodes.flatMap((a, i) => nodes.slice(i + 1).map((b): [string, string] => [a.name, b.name]));
}
