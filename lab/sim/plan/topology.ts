import type { LinkShape } from "../world/network.ts";
import type { NodeSpec } from "../world/node-config.ts";
import type { Chance } from "../world/random.ts";

/** Relays, and what the links between them are like. */
export interface Topology {
  readonly name: string;
  readonly nodes: readonly NodeSpec[];
  readonly links: readonly { readonly a: string; readonly b: string; readonly shape: LinkShape }[];
  /** Its links get long, or short, for so long that what they cost changes: half of what goes wrong is that. */
  readonly drifts?: boolean;
  /** Its nodes show each other tokens: no clock is wrong by more than a token lasts. */
  readonly tokens?: boolean;
}

type Make = (chance: Chance) => NodeSpec[];

/** By name; what is random in them comes from the seed. */
export const TOPOLOGIES: Readonly<Record<string, Make>> = {
  trio: () => star(1, 2),
  star: () => star(1, 4),
  roots3: () => star(3, 4),
  meshed: () => star(2, 4).map((node) => ({ ...node, links: "mesh" })),
  through: () => star(2, 4).map((node) => ({ ...node, links: "root" })),
  // Narrow trees are deep ones.
  grove: () => star(1, 6).map((node) => ({ ...node, feeds: 2 })),
  vine: () => star(2, 5).map((node) => ({ ...node, feeds: 1 })),
  pair: () =>
    graph(2, [
      [0, 1, 1],
      [1, 0, 1],
    ]),
  chain: () =>
    graph(5, [
      [0, 1, 1],
      [1, 2, 1],
      [2, 3, 1],
      [3, 4, 1],
    ]),
  // Nobody has said what its links cost.
  diamond: () =>
    graph(4, [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
    ]),
  triangle: () => graph(3, ring(3)),
  ring4: () => graph(4, ring(4)),
  ring5: () => graph(5, ring(5)),
  mesh5: () => graph(5, all(5)),
  mesh8: () => graph(8, all(8)),
  chords12: () => graph(12, [...ring(12), [0, 6, 1], [3, 9, 1]]),
  // The third reads from the second; its own way is dear.
  bypass: () =>
    graph(3, [
      [1, 0, 10],
      [1, 2, 5],
      [2, 0, 100],
    ]),
  // Two shores: every way over the sea is dear.
  sea: () =>
    graph(4, [
      [1, 0, 100],
      [2, 0, 100],
      [3, 0, 100],
      [1, 2, 5],
      [2, 3, 5],
      [1, 3, 5],
    ]),
  // Nobody has said what its links cost, and they get long and short.
  tides: () =>
    graph(6, [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
      [5, 0],
      [0, 3],
      [1, 4],
    ]),
  random7: (chance) => graph(7, connected(7, chance)),
  star50: () => star(3, 47),
  hundred: () => star(3, 97),
};

const BY_NAME = [
  "diamond",
  "bypass",
  "sea",
  "ring4",
  "mesh8",
  "chords12",
  "tides",
  "star50",
  "hundred",
  "grove",
  "vine",
];

/** Those that a random run picks from: large ones, and those for trees, are run by name. */
export const SMALL: readonly string[] = Object.keys(TOPOLOGIES).filter((name) => !BY_NAME.includes(name));

export function makeTopology(name: string, chance: Chance): Topology {
  const make = TOPOLOGIES[name];
  if (!make) throw new RangeError(`there is no topology ${name}: ${Object.keys(TOPOLOGIES).join(", ")}`);
  const tokens = chance.fork("tokens").chance(0.3);
  const nodes = make(chance).map((node) => ({ ...withSkew(node, chance, tokens ? 30_000 : 3_600_000), tokens }));
  const links = pairs(nodes.map(({ name: each }) => each)).map(([a, b]) => ({ a, b, shape: someLink(chance) }));
  return { name, nodes, links, drifts: name === "tides", tokens };
}

/** Nodes that share a list of roots. */
export function star(roots: number, leaves: number): NodeSpec[] {
  const names = Array.from({ length: roots }, (_, i) => `root${i + 1}`);
  return [...names, ...Array.from({ length: leaves }, (_, i) => `leaf${i + 1}`)].map((name) => ({
    name,
    roots: names,
  }));
}

/** Relays without roots, linked by `cluster.connect`; an edge may say what it costs. */
function graph(size: number, edges: readonly (readonly [number, number, number?])[]): NodeSpec[] {
  const name = (i: number) => `relay${i + 1}`;
  return Array.from({ length: size }, (_, i) => ({
    name: name(i),
    peers: edges.flatMap(([from, to, cost]) => (from === i ? [{ to: name(to), cost }] : [])),
  }));
}

function ring(size: number): [number, number, number][] {
  return Array.from({ length: size }, (_, i) => [i, (i + 1) % size, 1]);
}

function all(size: number): [number, number, number][] {
  return pairs(Array.from({ length: size }, (_, i) => i)).map(([a, b]) => [a, b, 1]);
}

/** A tree, and some edges more. */
function connected(size: number, chance: Chance): [number, number, number][] {
  const edges: [number, number, number][] = [];
  for (let i = 1; i < size; i++) edges.push([i, chance.between(0, i - 1), chance.between(1, 10)]);
  for (let i = 0; i < size / 2; i++) {
    const [a, b] = [chance.between(0, size - 1), chance.between(0, size - 1)];
    if (a !== b && !edges.some(([x, y]) => (x === a && y === b) || (x === b && y === a)))
      edges.push([a, b, chance.between(1, 10)]);
  }
  return edges;
}

function pairs<T>(all: readonly T[]): [T, T][] {
  return all.flatMap((a, i) => all.slice(i + 1).map((b): [T, T] => [a, b]));
}

function withSkew(node: NodeSpec, chance: Chance, most: number): NodeSpec {
  return chance.chance(0.2) ? { ...node, skew: chance.between(-most, most) } : node;
}

/** Mostly a good link of some length; now and then a bad one. */
function someLink(chance: Chance): LinkShape {
  const delay = chance.pick([1, 5, 20, 60]);
  const bad = chance.chance(0.15);
  return { delay, jitter: bad ? chance.between(1, 40) : 0, loss: bad ? chance.next() * 0.1 : 0 };
}
