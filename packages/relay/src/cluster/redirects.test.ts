import assert from "node:assert/strict";
import { test } from "node:test";
import type { HopId } from "@moq-relay/protocol/model";
import { RouteTable } from "../routing/index.ts";
import { Links, type MemberLink } from "./links.ts";
import { Redirects } from "./redirects.ts";
import { TestClock } from "./test-clock.fixture.ts";

const [OWN, TOP, A, B, C] = [1n, 2n, 11n, 12n, 13n] as const;

class Situation {
  readonly clock = new TestClock();
  readonly links = new Links();
  readonly table = new RouteTable({ hop: OWN, maxRoutes: 100, maxListeners: 100 });
  changes = 0;
  readonly redirects = new Redirects({
    clock: this.clock,
    links: this.links,
    table: this.table,
    own: OWN,
    onChange: () => {
      this.changes += 1;
    },
  });
  #id = 1;

  link(hop: HopId, rtt: number, silent = false): number {
    const id = this.#id++;
    const session = { connection: { stats: () => ({ rtt }) } };
    this.links.add({ id, hop, session, silent } as unknown as MemberLink);
    return id;
  }

  get chain(): readonly HopId[] {
    return this.redirects.chain("cam", TOP);
  }
}

test("of those named the nearest is asked, and one that is silent last", () => {
  const one = new Situation();
  const top = one.link(TOP, 5);
  one.link(A, 1, true);
  one.link(B, 40);
  one.link(C, 20);
  one.redirects.set(top, "cam", [A, B, C]);
  assert.deepEqual(one.chain, [TOP, C]);
  one.clock.advance(3_001);
  assert.deepEqual(one.chain, [TOP, B]);
  one.clock.advance(3_001);
  assert.deepEqual(one.chain, [TOP, A]);
});

test("who names others in turn is answered enough, and a way is as well", () => {
  const one = new Situation();
  const top = one.link(TOP, 5);
  const near = one.link(A, 1);
  const next = one.link(B, 1);
  one.redirects.set(top, "cam", [A]);
  one.redirects.set(near, "cam", [B]);
  one.table.offer({ path: "cam", offer: { hops: [7n, B], warm: 2, cold: 2 }, link: next, scope: "direct" }, 0);
  one.clock.advance(20_000);
  assert.deepEqual(one.chain, [TOP, A, B]);
});

test("a relay is not asked twice, nor this one itself", () => {
  const one = new Situation();
  const top = one.link(TOP, 5);
  const near = one.link(A, 1);
  one.redirects.set(top, "cam", [A]);
  one.redirects.set(near, "cam", [TOP, OWN, A]);
  assert.deepEqual(one.chain, [TOP, A]);
});

test("when nobody has a place they are asked less and less often", () => {
  const one = new Situation();
  const top = one.link(TOP, 5);
  one.redirects.set(top, "cam", [A, B]);
  one.changes = 0;
  one.clock.advance(60_000);
  assert.ok(one.changes >= 4 && one.changes <= 9, `${one.changes}`);
});

test("an answer counts as long as its question stands", () => {
  const one = new Situation();
  const top = one.link(TOP, 5);
  one.redirects.set(top, "cam", [A]);
  one.redirects.keep([{ link: top, path: "cam" }]);
  assert.deepEqual(one.chain, [TOP, A]);
  one.redirects.keep([]);
  assert.deepEqual(one.chain, [TOP]);
  one.redirects.place(top, "cam", undefined);
  assert.equal(one.redirects.hasPlace(top, "cam"), true);
  one.redirects.keep([]);
  assert.equal(one.redirects.hasPlace(top, "cam"), false);
});
