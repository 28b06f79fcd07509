import type { MadeGroup } from "../actors/media.ts";
import type { Subscriber } from "../actors/subscriber.ts";
import type { Stage } from "../plan/stage.ts";
import { BOUNDS } from "./bounds.ts";
import { lost } from "./listing.ts";

/** Bytes that a slow link carries before the next object can come by it: it sends packets of 1,200, also of what nobody wants any more. */
const SLOWLY = 3_600;

/** In calm every object of a subscribed live track arrives (I5), and something arrives at all (I10). */
export function checkFlows(stage: Stage): void {
  const { world } = stage;
  const { now, calmSince } = world;
  if (now - calmSince < BOUNDS.flowing) return;
  for (const subscriber of stage.subscribers.values()) {
    if (subscriber.gone) continue;
    if (!subscriber.ready) {
      // A slow link takes its time for that, too.
      if (subscriber.spec.rate === undefined) lost(subscriber, world);
      continue;
    }
    // To who reads slowly it is enough that something comes.
    if (subscriber.spec.rate === undefined) complete(subscriber, stage);
    flowing(subscriber, stage);
  }
}

function complete(subscriber: Subscriber, stage: Stage): void {
  const { world } = stage;
  const { reception } = subscriber;
  const publisher = stage.live.find(({ media }) => media.instance === reception?.instance);
  if (!publisher || reception?.firstAt === undefined) return;
  // Where a publisher vanished its relay takes a while to notice.
  const moved = Math.max(world.calmSince, stage.leftAt(subscriber.path));
  const from = Math.max(moved + BOUNDS.flowing, reception.firstAt, publisher.sessionSince);
  const to = world.now - BOUNDS.delivery;
  const groups = [...publisher.media.groups.values()];
  for (let i = groups.length - 1; i >= 0; i--) {
    const group = groups[i]!;
    if ((group.at.at(-1) ?? to) < from) return;
    const missing = missingIn(group, reception.extent(group.sequence), from, to);
    if (missing !== undefined)
      return world.violation("I5", subscriber.name, `lacks frame ${group.sequence}/${missing} of ${subscriber.path}`);
  }
}

/** The first frame of the group that was complete in [from, to] and is not here. */
function missingIn(
  { at }: MadeGroup,
  extent: { from: number; to: number } | undefined,
  from: number,
  to: number,
): number | undefined {
  for (let index = at.length - 1; index >= 0 && at[index]! >= from; index--) {
    const here = extent !== undefined && index >= extent.from && index < extent.to;
    if (at[index]! <= to && !here) return index;
  }
  return undefined;
}

function flowing(subscriber: Subscriber, stage: Stage): void {
  const { world } = stage;
  const live = stage.live.filter(({ path }) => path === subscriber.path);
  if (live.length === 0 || !subscriber.mayRead) return;
  for (const publisher of live) if (!publisher.ready) lost(publisher, world);
  const announced = live.map(
    ({ announcedAt, ready, sessionSince }) => announcedAt ?? (ready ? sessionSince : world.now),
  );
  const since = Math.max(world.calmSince, subscriber.sessionSince, ...announced, stage.leftAt(subscriber.path));
  const { rate = Number.POSITIVE_INFINITY } = subscriber.spec;
  const patience = BOUNDS.flowing + SLOWLY / rate;
  if (world.now < since + patience) return;
  const silent = world.now - Math.max(subscriber.lastAt ?? 0, since);
  if (silent > patience)
    world.violation("I10", subscriber.name, `has had no object of ${subscriber.path} for ${Math.round(silent)} ms`);
}
