import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouteOffer } from "@moq-relay/protocol/model";
import fc from "fast-check";
import { type RouteInput, type RouteSink, RouteTable, sameOffer, type View } from "./index.ts";

const ALL: View = { hop: 0n, link: -1, scope: "all", hidden: true };

function table(): RouteTable {
  return new RouteTable({ hop: 99n, maxRoutes: 1_000, maxListeners: 100 });
}

/** Keeps what a listener was told, and fails on what a session would be closed for. */
class Ledger implements RouteSink {
  readonly live = new Map<string, RouteOffer>();

  begin(routes: readonly { suffix: string; offer: RouteOffer }[]): void {
    assert.equal(this.live.size, 0);
    for (const { suffix, offer } of routes) this.start(suffix, offer);
  }

  start(suffix: string, offer: RouteOffer): void {
    assert.ok(!this.live.has(suffix), `start of "${suffix}", which is live`);
    this.live.set(suffix, offer);
  }

  restart(suffix: string, offer: RouteOffer): void {
    const before = this.live.get(suffix);
    assert.ok(before, `restart of "${suffix}", which is not live`);
    assert.ok(!sameOffer(before, offer), "a restart that says nothing new");
    this.live.set(suffix, offer);
  }

  end(suffix: string): void {
    assert.ok(this.live.delete(suffix), `end of "${suffix}", which is not live`);
  }
}

const segment = fc.constantFrom("a", "b", ".c");
const path = fc.array(segment, { maxLength: 3 }).map((segments) => segments.join("/"));
const hop = fc.integer({ min: 1, max: 6 }).map(BigInt);
const input: fc.Arbitrary<RouteInput> = fc.record({
  path,
  link: fc.integer({ min: 1, max: 5 }),
  scope: fc.constantFrom("local", "member", "direct"),
  exact: fc.boolean(),
  offer: fc.record({
    hops: fc.uniqueArray(hop, { minLength: 1, maxLength: 4 }),
    warm: fc.integer({ min: 0, max: 3 }),
    cold: fc.integer({ min: 0, max: 3 }),
    incarnation: fc.integer({ min: 0, max: 3 }),
  }),
});

test("every order of arrival gives the same choice", () => {
  const routes = fc.uniqueArray(input, { minLength: 1, maxLength: 12, selector: (r) => `${r.path} ${r.link}` });
  const orders = routes.chain((given) =>
    fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length })),
  );
  fc.assert(
    fc.property(orders, path, hop, ([given, shuffled], asked, askerHop) => {
      const [one, other] = [table(), table()];
      for (const route of given) one.offer(route, 0);
      for (const route of shuffled) other.offer(route, 0);
      assert.deepEqual(one.candidates(asked), other.candidates(asked));
      assert.deepEqual(one.candidates(asked, { hop: askerHop }), other.candidates(asked, { hop: askerHop }));
      const [told, toldOther] = [new Ledger(), new Ledger()];
      one.listen("", ALL, told);
      other.listen("", ALL, toldOther);
      assert.deepEqual([...told.live].sort(), [...toldOther.live].sort());
    }),
  );
});

const view: fc.Arbitrary<View> = fc.record({
  hop: fc.oneof(fc.constant(0n), hop),
  link: fc.integer({ min: 1, max: 6 }),
  scope: fc.constantFrom("all", "local"),
  hidden: fc.boolean(),
});

const step = fc.oneof(
  { weight: 5, arbitrary: input.map((route) => ({ kind: "offer" as const, route })) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("withdraw" as const), path, link: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lost" as const), link: fc.nat(5), keepStale: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("drop" as const), link: fc.nat(5), under: path }) },
);

test("whoever listened all the time knows what somebody who asks now is told", () => {
  const listeners = fc.array(fc.tuple(path, view), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(listeners, fc.array(step, { maxLength: 40 }), (prefixes, steps) => {
      const routes = table();
      const ledgers = prefixes.map(([prefix, seen]) => {
        const ledger = new Ledger();
        routes.listen(prefix, seen, ledger);
        return ledger;
      });
      for (const one of steps) {
        if (one.kind === "offer") routes.offer(one.route, 0);
        if (one.kind === "withdraw") routes.withdraw(one.path, one.link);
        if (one.kind === "lost") routes.linkLost(one.link, { keepStale: one.keepStale });
        if (one.kind === "drop") routes.dropStale(one.link, one.under);
      }
      prefixes.forEach(([prefix, seen], i) => {
        const now = new Ledger();
        routes.listen(prefix, seen, now);
        assert.deepEqual([...ledgers[i]!.live].sort(), [...now.live].sort());
      });
    }),
  );
});

test("nothing is left when all links are gone", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const routes = table();
      for (const one of steps) {
        if (one.kind === "offer") routes.offer(one.route, 0);
        if (one.kind === "lost") routes.linkLost(one.link, { keepStale: one.keepStale });
      }
      for (let link = 0; link <= 5; link++) routes.linkLost(link, { keepStale: false });
      assert.equal(routes.size, 0);
      assert.deepEqual(routes.routes(), []);
    }),
  );
});

test("a change made by somebody who hears of one comes after it for all", () => {
  const routes = table();
  const offer = (hops: bigint[]) => ({ hops, warm: 0, cold: 0, incarnation: 1 });
  routes.listen("", ALL, {
    begin: () => {},
    start: () => routes.withdraw("a", 1),
    restart: () => {},
    end: () => {},
  });
  const told: string[] = [];
  routes.listen("", ALL, {
    begin: () => {},
    start: (suffix) => told.push(`start ${suffix}`),
    restart: (suffix) => told.push(`restart ${suffix}`),
    end: (suffix) => told.push(`end ${suffix}`),
  });
  routes.offer({ path: "a", offer: offer([7n]), link: 1, scope: "local" }, 0);
  assert.deepEqual(told, ["start a", "end a"]);
});

test("a listener that comes while a change is told hears of it once", () => {
  const routes = table();
  const late = new Ledger();
  routes.watch("a", () => routes.size === 1 && late.live.size === 0 && routes.listen("", ALL, late));
  const offer = { hops: [7n], warm: 0, cold: 0 };
  routes.offer({ path: "a", offer, link: 1, scope: "local" }, 0);
  assert.deepEqual([...late.live.keys()], ["a"]);
  routes.withdraw("a", 1);
  assert.equal(late.live.size, 0);
});

test("a listener that comes between a change and its telling hears of it once", () => {
  const routes = table();
  const late = new Ledger();
  const offer = { hops: [7n], warm: 0, cold: 0 };
  const stop = routes.watch("a", () => {
    stop?.();
    // Told only after everybody has heard of "a": by then the listener has it from its beginning.
    routes.offer({ path: "b", offer, link: 1, scope: "local" }, 0);
    routes.listen("", ALL, late);
  });
  routes.offer({ path: "a", offer, link: 1, scope: "local" }, 0);
  assert.deepEqual([...late.live.keys()].sort(), ["a", "b"]);
});

test("the owner of the table hears of each change", () => {
  const paths: string[] = [];
  const routes = new RouteTable({
    hop: 99n,
    maxRoutes: 9,
    maxListeners: 9,
    onChange: (changed) => paths.push(changed),
  });
  const offer = { hops: [7n], warm: 0, cold: 0 };
  routes.offer({ path: "a/b", offer, link: 1, scope: "local" }, 0);
  routes.withdraw("a/b", 1);
  assert.deepEqual(paths, ["a/b", "a/b"]);
});

test("a listener is told only of paths that it may know", () => {
  const routes = table();
  const told = new Ledger();
  routes.listen("room", { ...ALL, allows: (path) => path !== "room/secret" }, told);
  const offer = { hops: [7n], warm: 0, cold: 0 };
  for (const path of ["room/cam", "room/secret"]) routes.offer({ path, offer, link: 1, scope: "local" }, 0);
  assert.deepEqual([...told.live.keys()], ["cam"]);
});

test("a member of the cluster finds room to listen where clients have taken all of theirs", () => {
  const routes = new RouteTable({ hop: 99n, maxRoutes: 9, maxListeners: 2 });
  routes.offer({ path: "a", offer: { hops: [7n], warm: 0, cold: 0 }, link: 1, scope: "local" }, 0);
  for (let i = 0; i < 2; i++) assert.ok(routes.listen("", ALL, new Ledger()));
  assert.equal(routes.listen("", ALL, new Ledger()), undefined);
  const told = new Ledger();
  assert.ok(routes.listen("", { ...ALL, member: true }, told));
  assert.deepEqual([...told.live.keys()], ["a"]);
  assert.ok(routes.listen("", { ...ALL, member: true }, new Ledger()));
  assert.equal(routes.listen("", { ...ALL, member: true }, new Ledger()), undefined, "that has a bound as well");
});
