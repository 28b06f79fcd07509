import { covers } from "@moq-relay/protocol/model";
import type { Client } from "../actors/client.ts";
import type { Listener } from "../actors/listener.ts";
import type { Stage } from "../plan/stage.ts";
import { SECRET } from "../world/node-config.ts";
import type { SimWorld } from "../world/world.ts";
import { BOUNDS } from "./bounds.ts";

/** When the network has been whole for a while, everybody has the same list, and it is right (I1). */
export function checkListings(stage: Stage): void {
  const { now, calmSince } = stage.world;
  if (now - calmSince < BOUNDS.listed) return;
  for (const listener of stage.listeners.values()) if (!listener.gone) checkOne(stage, listener);
}

function checkOne(stage: Stage, listener: Listener): void {
  const { world } = stage;
  if (!listener.ready) return lost(listener, world);
  const { root = "", prefix } = listener.spec;
  const seen = (path: string): boolean =>
    covers(root, path) && covers(prefix, path) && !path.startsWith(SECRET) && !path.startsWith(".");
  for (const publisher of stage.live) {
    if (!publisher.ready) lost(publisher, world);
    const { path, announcedAt = publisher.ready ? publisher.sessionSince : world.now } = publisher;
    const since = Math.max(announcedAt, listener.sessionSince, stage.leftAt(path));
    if (seen(path) && world.now - since > BOUNDS.listed && !listener.live.has(path))
      world.violation("I1", listener.name, `does not list ${path}, which ${publisher.name} publishes`);
  }
  const truth = new Set(stage.live.map(({ path }) => path));
  for (const path of listener.live.keys()) {
    if (!truth.has(path) && world.now - stage.leftAt(path) > BOUNDS.listed)
      world.violation("I1", listener.name, `lists ${path}, which nobody publishes`);
  }
}

/** A client that has no session in calm, for longer than it takes to notice that and to come back. */
export function lost({ name, home, startedAt }: Client, world: SimWorld): void {
  const since = Math.max(world.calmSince, startedAt);
  if (world.now - since > BOUNDS.returned) world.violation("I1", name, `has no session with ${home}`);
}
