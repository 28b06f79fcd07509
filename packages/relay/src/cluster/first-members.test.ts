import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouteOffer } from "@moq-relay/protocol/model";
import { RouteTable } from "../routing/index.ts";
import { FirstMembers } from "./first-members.ts";
import { standInOrder } from "./front.ts";
import { ORIGINS } from "./names.ts";
import { TestClock } from "./test-clock.fixture.ts";

/** A root that hears of members; node `n` has the hop n and the link n. */
class Root {
  readonly table = new RouteTable({ hop: 1_000n, maxRoutes: 1_000, maxListeners: 10 });
  readonly clock = new TestClock();
  readonly first = new FirstMembers({ clock: this.clock, table: this.table, roots: ["root1"] });

  join(address: string, n: number): void {
    const offer: RouteOffer = { hops: [BigInt(n)], warm: 0, cold: 0, incarnation: 1 };
    this.table.offer({ path: `${ORIGINS}/${address}`, offer, link: n, scope: "member" }, 1);
  }

  leave(address: string, n: number): void {
    this.table.withdraw(`${ORIGINS}/${address}`, n);
  }

  /** What node `n` is told, kept up to date. */
  tell(n: number, acts: () => boolean = () => true): { readonly names: Set<string>; stop(): void } {
    const names = new Set<string>();
    const stop = this.first.tell(
      BigInt(n),
      {
        begin: (routes) => {
          for (const { suffix } of routes) names.add(suffix);
        },
        start: (suffix) => assert.ok(names.size < names.add(suffix).size, `${suffix} twice`),
        restart: (suffix) => assert.ok(names.has(suffix)),
        end: (suffix) => assert.ok(names.delete(suffix), suffix),
      },
      acts,
    );
    return { names, stop };
  }
}

const MANY = Array.from({ length: 100 }, (_, i) => `node${i + 1}`);
const FIRST = standInOrder(MANY);

/** The number of a node, as in `MANY`. */
function numberOf(address: string | undefined): number {
  return MANY.indexOf(address ?? "") + 1;
}

test("of many members a node is told the first, whatever the order in which they came", () => {
  const root = new Root();
  root.join("root1", 500);
  for (const address of MANY.slice(0, 50)) root.join(address, numberOf(address));
  const { names } = root.tell(200);
  for (const address of MANY.slice(50)) root.join(address, numberOf(address));
  assert.notDeepEqual(names, new Set(FIRST.slice(0, 32)), "of all together, in a moment");
  root.clock.advance(500);
  assert.deepEqual(names, new Set(FIRST.slice(0, 32)));
});

test("when one of them leaves the next takes its place, and of itself nobody is told", () => {
  const root = new Root();
  for (const address of MANY) root.join(address, numberOf(address));
  const [one, two] = FIRST;
  const others = root.tell(200);
  const own = root.tell(numberOf(two));
  root.leave(one ?? "", numberOf(one));
  assert.deepEqual(others.names, new Set(FIRST.slice(1, 32)), "its end is told at once");
  root.clock.advance(500);
  assert.deepEqual(others.names, new Set(FIRST.slice(1, 33)));
  assert.deepEqual(own.names, new Set(FIRST.slice(2, 33)));
});

test("who becomes as a root tells it from then on, and who no longer is takes it back", () => {
  const root = new Root();
  for (const address of MANY) root.join(address, numberOf(address));
  let acting = false;
  const { names, stop } = root.tell(200, () => acting);
  assert.equal(names.size, 0);
  acting = true;
  root.first.retell();
  assert.equal(names.size, 32);
  acting = false;
  root.first.retell();
  assert.equal(names.size, 0);
  stop();
  assert.equal(root.table.listeners, 0, "nothing is followed for nobody");
});
