import { isReserved } from "moq-relay/assembly";
import type { Subscriber } from "../actors/subscriber.ts";
import type { Stage } from "../plan/stage.ts";
import type { SimNode } from "../world/node.ts";
import { OPEN } from "../world/node-config.ts";
import type { SimWorld } from "../world/world.ts";
import { BOUNDS } from "./bounds.ts";
import { checkListings } from "./listing.ts";

/** In a large cluster so many nodes are asked at the end. */
const PROBED = 10;

/**
 * The end of a run: when all is calm, every node gives everybody the same publisher of each broadcast (I1), nobody says anything
 * where nothing happens (I2), and when all clients have left nothing is left of them (I8).
 */
export function finish(stage: Stage, every: () => void): void {
  const { world } = stage;
  while (world.calmSince === Number.POSITIVE_INFINITY && !wrong(world)) world.run(world.now + 1_000, 250, every);
  if (wrong(world)) return;
  const calm = Math.max(world.calmSince, stage.movedAt) + BOUNDS.believed;
  world.run(Math.max(world.now, calm), 250, every);
  if (wrong(world)) return;
  probe(stage, every);
  if (wrong(world)) return;
  quiet(stage, every);
  if (wrong(world)) return;
  leave(stage);
}

function wrong({ violations }: SimWorld): boolean {
  return violations.length > 0;
}

/** Bytes that a node keeps of what it says of itself, and a root of what each node does, at most. */
const TALK = { own: 32 << 10, each: 1 << 10 };

/** A viewer at every node for every broadcast, and a listener. */
function probe(stage: Stage, every: () => void): void {
  const { world } = stage;
  const nodes = world.chance
    .fork("probes")
    .shuffle([...world.nodes.keys()])
    .slice(0, PROBED);
  const paths = [...new Set(stage.live.map(({ path }) => path))].filter((path) => path.startsWith(OPEN));
  const probes: Subscriber[] = [];
  for (const node of nodes) {
    stage.carryOut({ at: world.now, do: "listen", who: `?${node}`, to: [node], path: "" });
    for (const path of paths) {
      const who = `?${node}/${path}`;
      stage.carryOut({ at: world.now, do: "subscribe", who, to: [node], path });
      probes.push(stage.subscribers.get(who)!);
    }
  }
  world.run(world.now + BOUNDS.listed + 500, 250, every);
  if (wrong(world)) return;
  checkListings(stage);
  for (const path of paths)
    samePublisher(
      stage,
      probes.filter((each) => each.path === path),
    );
  for (const { name } of probes) stage.carryOut({ at: world.now, do: "leave", who: name, how: "goodbye" });
  world.run(world.now + 1_000);
}

function samePublisher({ world }: Stage, probes: readonly Subscriber[]): void {
  const found = new Map<number | undefined, string>();
  for (const { name, reception, lastAt } of probes) {
    if (lastAt === undefined) return world.violation("I10", name, "was given nothing");
    found.set(reception?.instance, name);
  }
  if (found.size > 1) {
    const who = [...found].map(([instance, name]) => `${name} has ${instance}`).join(", ");
    world.violation("I1", "cluster", `not everybody has the same publisher: ${who}`);
  }
}

/** Where nothing happens nothing is announced. */
function quiet({ world, shapedAt }: Stage, every: () => void): void {
  // What the probes wanted stays asked for a while, and links that got shorter show that for a while.
  world.run(Math.max(world.now + 12_000, shapedAt && shapedAt + BOUNDS.measured), 250, every);
  const since = world.now;
  while (unsteady(world)) {
    world.run(world.now + 1_000, 250, every);
    if (world.now - since > BOUNDS.forgiven) return world.violation("I2", "cluster", "something is damped for ever");
  }
  const before = announcements(world);
  world.run(world.now + 5_000, 250, every);
  const more = announcements(world) - before;
  if (more > 0) world.violation("I2", "cluster", `${more} announcements in 5 s in which nothing happened`);
}

/** Whether something came and went that is not forgiven yet: when it is, that is told. */
function unsteady({ nodes }: SimWorld): boolean {
  return [...nodes.values()].some(
    ({ process }) => process!.cluster.damping.damped + process!.core.flapping.damping.damped > 0,
  );
}

function announcements({ nodes }: SimWorld): number {
  let sum = 0;
  for (const { messages } of nodes.values()) sum += messages.relays + messages.clients;
  return sum;
}

function leave(stage: Stage): void {
  const { world } = stage;
  for (const client of stage.clients) client.leave();
  const left = world.now;
  world.run(left + BOUNDS.freed);
  for (const node of world.nodes.values()) nothingLeft(node, world);
  if (wrong(world)) return;
  world.run(left + BOUNDS.forgotten);
  for (const { name, process } of world.nodes.values()) {
    const { asked } = process!.cluster.sizes();
    if (asked !== 0) world.violation("I8", name, `${asked} asked when everybody has left`);
  }
  if (wrong(world)) return;
  world.run(left + BOUNDS.unlinked);
  for (const node of world.nodes.values()) idleLinks(node, world);
}

function nothingLeft({ name, process }: SimNode, world: SimWorld): void {
  const { core, cluster, cache, upstreams } = process!;
  const left = core.table.routes().filter(({ path }) => !isReserved(path));
  for (const { path } of left) world.violation("I8", name, `still has a route of ${path}`);
  const { flows, direct } = cluster.sizes();
  const broadcasts = [...core.hub.broadcasts].filter(({ path }) => !isReserved(path)).length;
  const groups = Math.max(0, cache.bytes - TALK.own - TALK.each * world.nodes.size);
  const figures = { flows, direct, broadcasts, groups, upstreams: upstreams.size };
  for (const [what, count] of Object.entries(figures))
    if (count !== 0) world.violation("I8", name, `${count} ${what} when everybody has left`);
}

/** Between nodes that share roots only links to roots stay. */
function idleLinks({ name, spec, process }: SimNode, world: SimWorld): void {
  const { roots = [], links = "demand" } = spec;
  if (roots.length === 0 || roots.includes(name) || links === "mesh") return;
  const { links: held } = process!.cluster.sizes();
  if (held > roots.length) world.violation("I8", name, `${held} links, where ${roots.length} roots are to be linked`);
}
