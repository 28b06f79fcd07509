import type { Publisher } from "../actors/publisher.ts";
import type { Stage } from "../plan/stage.ts";
import type { SimNode } from "../world/node.ts";
import { CACHE, CONFIG, SECRET } from "../world/node-config.ts";

/** What must hold at any moment: no loops (I2), one upstream (I6), caps (I7), grants (I9). I3 and I4 are seen to on arrival. */
export function checkAlways(stage: Stage): void {
  for (const node of stage.world.nodes.values()) {
    if (!node.process) continue;
    noLoops(node, stage);
    oneUpstream(node, stage);
    bounded(node, stage);
  }
  for (const publisher of stage.publishers.values()) onePerTrack(publisher, stage);
  for (const subscriber of stage.subscribers.values()) {
    if (subscriber.path.startsWith(SECRET) && subscriber.lastAt !== undefined)
      stage.world.violation("I9", subscriber.name, `has an object of ${subscriber.path}, which it may not read`);
  }
}

/** How often a table had changed when its routes were looked through. */
const looked = new WeakMap<object, number>();

function noLoops({ name, process }: SimNode, { world }: Stage): void {
  const { core, hop } = process!;
  const { changes } = core.table.counters;
  if (looked.get(core.table) === changes) return;
  looked.set(core.table, changes);
  for (const { path, offer } of core.table.routes()) {
    if (offer.hops.includes(hop)) world.violation("I2", name, `a route of ${path} has been here before`);
    if (offer.hops.length > 1 && new Set(offer.hops).size < offer.hops.length)
      world.violation("I2", name, `a route of ${path} passes somebody twice`);
  }
}

function oneUpstream({ name, process }: SimNode, { world }: Stage): void {
  for (const key of process!.upstreams.doubled()) world.violation("I6", name, `a peer holds two subscriptions: ${key}`);
}

/** A relay may subscribe twice at its publisher only while it mends a group. */
function onePerTrack(publisher: Publisher, { world }: Stage): void {
  if (publisher.servings > 3)
    world.violation("I6", publisher.name, `has ${publisher.servings} subscriptions of its relay`);
}

function bounded({ name, process }: SimNode, { world }: Stage): void {
  const { core, cluster, cache } = process!;
  const { limits } = CONFIG;
  const sizes = cluster.sizes();
  const figures: readonly (readonly [string, number, number])[] = [
    ["routes", core.table.size, limits.peerAnnounces],
    ["watchers", core.table.watchers, limits.peerSubscriptions],
    ["listeners", core.table.listeners, limits.peerSubscriptions],
    ["sessions", core.sessions, limits.sessions],
    ["cache", cache.bytes, CACHE],
    ["timers", sizes.timers, 100 + 20 * (sizes.links + sizes.asked + sizes.flows + world.nodes.size)],
  ];
  for (const [what, used, cap] of figures)
    if (used > cap) world.violation("I7", name, `${used} ${what}, where ${cap} is the cap`);
}
