/**
 * Routing: who has what, and by which way. Pure: no clock, no socket, no chance; events in, events out.
 *
 * A broadcast has a name, a path such as `room/cam`. Whoever publishes it announces the path, and the announcement travels
 * from relay to relay. Each relay on the way is a hop, and what a neighbour tells us is a route: the path (with all that
 * lies below it), the hops behind it (publisher first, neighbour last), and what the way costs. The same broadcast may
 * reach us by several links, and two publishers may claim one path; the `RouteTable` keeps all that it was told and puts
 * it in order:
 *
 *   1. First the publisher. Of two, the one that announced itself last wins (its incarnation: the time of that), then the
 *      larger id. Every relay that knows the same routes chooses the same publisher, in whatever order they came.
 *   2. Then the way to it: live before stale, not before suspect, steady before damped (it comes and goes, `damping`), lower warm cost,
 *      lower cold cost, fewer hops, a fixed hash.
 *      The way of a node that was asked for it (scope "direct") counts as cheaper than a root's, see `pricesOf`.
 *
 * Three parties use the table:
 *
 *   - Links put routes in (`offer`, `withdraw`, `linkLost`). A route that has been here before (our own id is among its
 *     hops) is declined: that is the whole loop protection. The routes of a lost link may stay as stale for a while:
 *     listeners still see them, lookups do not.
 *   - Listeners are told what lies below a prefix (`listen`): first all that there is, then each change, as START,
 *     RESTART and END of the announce stream they feed (moq-lite-06, Announce). Each sees the table through a `View`:
 *     nothing is told back to where it came from (split horizon), names with a dot are hidden, and to some only what
 *     entered the cluster here is shown.
 *   - The hub looks up the ways to one broadcast (`candidates`) and hears when they change (`watch` for one path,
 *     `onChange` for all). A route covers its subtree, so the longest announced path above the one in question answers.
 *
 * The table is of limited size, and shared out fairly (`room`): whose route is refused is called when there is room (`wait`).
 *
 * Reading order: route, rank, view, listener, audience, room, waiting, table; `path-tree`, `route-hash`, `refused`, `penalty` and `damping` stand alone. What the table does
 * in each situation can be read in `testdata/*.txt`, which the tests replay.
 */
export { Damping } from "./damping.ts";
export type { ExplainedWay } from "./explain.ts";
export type { ListedRoute, RouteSink } from "./listener.ts";
export { RefusedPaths } from "./refused.ts";
export type { LinkId, Route, RouteInput, RouteScope } from "./route.ts";
export { OWN_LINK, sameOffer } from "./route.ts";
export { routeHash } from "./route-hash.ts";
export type { Asker, OfferResult, RouteCounters, RouteTableOptions } from "./table.ts";
export { RouteTable } from "./table.ts";
export { leadsBack, type View } from "./view.ts";
export type { Waiter } from "./waiting.ts";
