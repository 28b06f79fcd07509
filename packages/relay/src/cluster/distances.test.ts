import assert from "node:assert/strict";
import { test } from "node:test";
import { Distances } from "./distances.ts";
import { Links, type MemberLink } from "./links.ts";
import { ScopedClock } from "./scoped-clock.ts";
import { TestClock } from "./test-clock.fixture.ts";

function build(max = 10) {
  const time = new TestClock();
  const clock = new ScopedClock(time);
  const links = new Links();
  const repriced: number[] = [];
  const distances = new Distances(clock, links, max, ({ id }) => repriced.push(id));
  let nextId = 1;
  const open = (node: string, rtt: number, namedCost?: number): MemberLink => {
    const session = { namedCost, connection: { stats: () => ({ rtt }) } };
    const link = { id: nextId++, silent: false, session, cost: distances.of(node) } as unknown as MemberLink;
    links.add(link);
    distances.watch();
    return link;
  };
  const run = (duration: number): void => time.advance(duration);
  return { run, clock, links, distances, repriced, open };
}

test("a link costs its round trip where nobody has said what it costs", () => {
  const { run, repriced, open } = build();
  const measured = open("far", 80);
  const named = open("far too", 80, 1);
  run(60_000);
  assert.deepEqual([measured.cost.surcharge, named.cost.surcharge], [80, 0]);
  assert.deepEqual(repriced, [measured.id]);
});

test("a link that comes back costs at once what it did", () => {
  const { run, links, repriced, open } = build();
  const before = open("far", 80);
  run(10_000);
  links.remove(before.id);
  const after = open("far", 80);
  assert.equal(after.cost.surcharge, 80);
  run(60_000);
  assert.deepEqual(repriced, [before.id]);
});

test("a silent link is not measured", () => {
  const { run, repriced, open } = build();
  open("far", 80).silent = true;
  run(60_000);
  assert.deepEqual(repriced, []);
});

test("no more distances are remembered than may be, those of the nodes that were linked last", () => {
  const { distances } = build(3);
  const first = distances.of("a");
  for (const node of ["b", "c", "a", "d"]) distances.of(node);
  assert.equal(distances.size, 3);
  assert.equal(distances.of("a"), first);
  assert.equal(distances.size, 3);
});

test("nothing runs while there is no link", () => {
  const { run, clock, links, open } = build();
  const { id } = open("far", 80);
  run(3_000);
  links.remove(id);
  run(3_000);
  assert.equal(clock.pending, 0);
});
