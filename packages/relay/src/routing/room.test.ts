import assert from "node:assert/strict";
import { test } from "node:test";
import { OWN_LINK, RefusedPaths, type RouteScope, RouteTable } from "./index.ts";

const OFFER = { hops: [7n], warm: 0, cold: 0 };

function table(maxRoutes: number): RouteTable {
  return new RouteTable({ hop: 99n, maxRoutes, maxListeners: 100, reserved: (path) => path.startsWith(".internal") });
}

/** A link that offers names again when it is told that there is room. */
class Neighbour {
  readonly refused: RefusedPaths = new RefusedPaths();
  readonly #table: RouteTable;
  readonly #place: { readonly link: number; readonly scope: RouteScope; readonly whole: boolean };

  constructor(table: RouteTable, link: number, scope: RouteScope, whole = false) {
    this.#table = table;
    this.#place = { link, scope, whole };
  }

  offer(path: string): boolean {
    const result = this.#table.offer({ ...this.#place, path, offer: OFFER }, 0);
    if (result !== "refused") return true;
    this.refused.add(path);
    this.#table.wait({ place: this.#place, retry: () => this.#retry() });
    return false;
  }

  /** Offers so many; gives the number of those that are in. */
  fill(count: number): number {
    let kept = 0;
    for (let i = 0; i < count; i++) if (this.offer(`${this.#place.link}-${i}`)) kept += 1;
    return kept;
  }

  #retry(): boolean {
    const path = this.refused.take();
    if (path !== undefined) this.offer(path);
    return this.refused.size > 0;
  }
}

test("what enters the cluster here has half of the table, and members find the other half", () => {
  const routes = table(100);
  const clients = Array.from({ length: 60 }, (_, i) => new Neighbour(routes, 1 + i, "local"));
  assert.equal(clients.filter((client) => client.fill(1) === 1).length, 50);
  assert.equal(new Neighbour(routes, 100, "member").fill(100), 25);
  assert.equal(new Neighbour(routes, 101, "member").fill(5), 5);
});

test("one member leaves room for all that come later", () => {
  const routes = table(100);
  const kept = [1, 2, 3, 4, 5].map((link) => new Neighbour(routes, link, "member").fill(1_000));
  assert.deepEqual(kept, [50, 25, 13, 6, 3]);
  assert.equal(new Neighbour(routes, 6, "member").fill(1), 1);
});

test("a root of ours, which tells what was asked for, may fill the table", () => {
  assert.equal(new Neighbour(table(100), 1, "member", true).fill(1_000), 100);
});

test("own names and those of members fit into a full table, up to a bound", () => {
  const routes = table(10);
  new Neighbour(routes, 1, "member", true).fill(100);
  const own = { path: ".internal/origins/me", offer: { ...OFFER, hops: [] }, link: OWN_LINK, scope: "local" } as const;
  assert.equal(routes.offer(own, 0), "kept");
  const member = new Neighbour(routes, 2, "member");
  const names = Array.from({ length: 20 }, (_, i) => member.offer(`.internal/ids/${i}`));
  assert.equal(names.filter(Boolean).length, 10);
  assert.equal(routes.size, 21);
});

test("whoever was refused comes in when there is room, in turn, and all of them in the end", () => {
  const routes = table(40);
  const hog = new Neighbour(routes, 1, "local");
  assert.equal(hog.fill(20), 20);
  const waiting = Array.from({ length: 10 }, (_, i) => new Neighbour(routes, 10 + i, "local"));
  for (const one of waiting) assert.equal(one.fill(2), 0);
  assert.equal(routes.waiting, 10);
  for (let i = 0; i < 10; i++) routes.withdraw(`1-${i}`, 1);
  for (const one of waiting) assert.equal(one.refused.size, 1, "each has one in");
  routes.linkLost(1, { keepStale: false });
  for (const one of waiting) assert.equal(one.refused.size, 0);
  assert.deepEqual([routes.size, routes.waiting], [20, 0]);
});

test("room that clients may not have does not go to them, and is not lost for members", () => {
  const routes = table(20);
  new Neighbour(routes, 1, "local").fill(10);
  const client = new Neighbour(routes, 2, "local");
  client.fill(1);
  const root = new Neighbour(routes, 3, "member", true);
  root.fill(10);
  const member = new Neighbour(routes, 4, "member");
  member.fill(1);
  assert.deepEqual([client.refused.size, member.refused.size], [1, 1]);
  routes.withdraw("3-0", 3);
  assert.deepEqual([client.refused.size, member.refused.size], [1, 0]);
  routes.withdraw("1-0", 1);
  assert.equal(client.refused.size, 0);
});

test("a link that is lost is not called any more", () => {
  const routes = table(20);
  const hog = new Neighbour(routes, 1, "local");
  hog.fill(10);
  const gone = new Neighbour(routes, 2, "local");
  gone.fill(1);
  routes.linkLost(2, { keepStale: false });
  routes.linkLost(1, { keepStale: false });
  assert.deepEqual([routes.size, gone.refused.size], [0, 1]);
});

test("a member that comes back takes the places of what it left, however full the table is", () => {
  const routes = table(100);
  assert.equal(new Neighbour(routes, 1, "member").fill(50), 50);
  for (let link = 2; link < 20; link++) new Neighbour(routes, link, "member").fill(50);
  routes.linkLost(1, { keepStale: true });
  const back = new Neighbour(routes, 30, "member");
  for (let i = 0; i < 50; i++) assert.ok(back.offer(`1-${i}`));
});

test("paths that were refused come in the order in which they were, each once", () => {
  const refused = new RefusedPaths();
  for (const path of ["a", "b", "c", "a"]) refused.add(path);
  assert.equal(refused.take(), "a");
  refused.add("a");
  refused.delete("b");
  assert.deepEqual([refused.take(), refused.take(), refused.take()], ["c", "a", undefined]);
  refused.add("d");
  assert.deepEqual([refused.take(), refused.size], ["d", 0]);
});
