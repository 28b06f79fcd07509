import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenEvents, Session } from "@moq-relay/protocol/session";
import { RouteTable } from "../routing/index.ts";
import { ClusterCounters } from "./counters.ts";
import { Learner } from "./learner.ts";
import { LinkBatch } from "./link-batch.ts";
import { LinkCost } from "./link-cost.ts";
import { MemberLink } from "./links.ts";
import { RootDirectory } from "./root-directory.ts";
import { TestClock } from "./test-clock.fixture.ts";

function directory(standby?: (path: string) => boolean) {
  const clock = new TestClock();
  const table = new RouteTable({ hop: 99n, maxRoutes: 100, maxListeners: 100 });
  const counters = new ClusterCounters();
  const subject = new RootDirectory({
    table,
    clock,
    counters,
    key: "node:1",
    doubt: 10_000,
    settle: 3_000,
    home: 60_000,
    patience: 1_000,
    maxPrefixes: 9,
    standby,
  });
  let sessions = 0;
  /** A root's link whose answers are given by hand. */
  const root = (settling = 0) => {
    const requests = new Map<string, ListenEvents>();
    const session = {
      id: ++sessions,
      peerHop: BigInt(90 + sessions),
      connection: { info: { dialled: true } },
      listen: (prefix: string, events: ListenEvents) => {
        requests.set(prefix, events);
        return () => requests.delete(prefix);
      },
    } as unknown as Session;
    const learner = new Learner(session, { table, clock, counters, scope: () => "member", admits: () => true });
    const known = { address: `root${sessions}:1`, kind: "root", openedAt: clock.now(), settling } as const;
    const link = new MemberLink(session, {
      ...known,
      learner,
      cost: () => new LinkCost(),
      batch: new LinkBatch(clock, { window: 50, atOnce: 1, maxWaiting: 100 }),
    });
    const lose = () => {
      learner.closed();
      table.linkLost(link.id, { keepStale: true });
      subject.rootClosed(link);
    };
    return { link, requests, lose };
  };
  return { clock, table, subject, root };
}

const offer = (root: bigint) => ({ hops: [7n, 30n, root], warm: 2, cold: 2, incarnation: 1 });

test("a root that comes back and does not answer leaves what it had told in doubt for ten seconds", () => {
  const { clock, table, subject, root } = directory();
  const first = root();
  subject.rootOpened(first.link);
  subject.listen("");
  first.requests.get("")!.onStart("cam", offer(91n));
  first.lose();
  clock.advance(3_600_000);
  assert.equal(table.hasStale("cam"), true);
  subject.rootOpened(root().link);
  clock.advance(9_999);
  assert.equal(table.hasStale("cam"), true);
  clock.advance(1);
  assert.equal(table.hasStale("cam"), false);
});

test("a root that comes back and goes again decides nothing", () => {
  const { clock, table, subject, root } = directory();
  const first = root();
  subject.rootOpened(first.link);
  subject.listen("");
  first.requests.get("")!.onStart("cam", offer(91n));
  first.lose();
  const second = root();
  subject.rootOpened(second.link);
  clock.advance(5_000);
  second.lose();
  clock.advance(60_000);
  assert.equal(table.hasStale("cam"), true);
});

test("the answer of an unsettled root is complete when it has settled", () => {
  const { clock, subject, root } = directory();
  const heard: boolean[] = [];
  const { link, requests } = root(2_000);
  subject.rootOpened(link);
  subject.ask("cam", (complete) => heard.push(complete));
  requests.get("cam")!.onComplete(false);
  clock.advance(1_999);
  assert.deepEqual(heard, []);
  clock.advance(1);
  assert.deepEqual(heard, [true]);
});

test("an unsettled root does not end what another had told", () => {
  const { clock, table, subject, root } = directory();
  const first = root();
  subject.rootOpened(first.link);
  subject.listen("");
  first.requests.get("")!.onStart("cam", offer(91n));
  first.requests.get("")!.onStart("mic", offer(91n));
  first.lose();
  const second = root(3_000);
  subject.rootOpened(second.link);
  second.requests.get("")!.onStart("mic", offer(92n));
  second.requests.get("")!.onComplete(false);
  assert.equal(table.hasStale("cam"), true);
  clock.advance(3_000);
  assert.equal(table.hasStale("cam"), false);
  assert.equal(table.candidates("mic").length, 1);
});

test("a complete answer about one path does not take away the names of others", () => {
  const { table, subject, root } = directory();
  const first = root();
  subject.rootOpened(first.link);
  subject.listen("");
  subject.ask("cam", () => {});
  first.requests.get("")!.onStart("cam", offer(91n));
  first.requests.get("")!.onStart("mic", offer(91n));
  first.lose();
  const second = root();
  subject.rootOpened(second.link);
  second.requests.get("cam")!.onStart("", offer(92n));
  second.requests.get("cam")!.onComplete(true);
  assert.deepEqual(
    table
      .routes()
      .map(({ path, stale }) => `${path} ${stale}`)
      .sort(),
    ["cam false", "cam true", "mic true"],
  );
  second.requests.get("")!.onStart("cam", offer(92n));
  second.requests.get("")!.onComplete(true);
  assert.deepEqual(
    table.routes().map(({ path, stale }) => `${path} ${stale}`),
    ["cam false"],
  );
});

test("a question moves to the better root when that one has answered, and only then", () => {
  const { subject, root, table } = directory();
  const roots = [root(), root(), root(), root()];
  subject.rootOpened(roots[0]!.link);
  subject.listen("");
  roots[0]!.requests.get("")!.onStart("cam", offer(91n));
  roots[0]!.requests.get("")!.onComplete(true);
  for (const { link } of roots.slice(1)) subject.rootOpened(link);
  const better = roots.find(({ link }) => link === subject.asked)!;
  assert.notEqual(better, roots[0], "the hash would have it that the first is the best: take other names");
  assert.equal(roots[0]!.requests.size, 1);
  better.requests.get("")!.onStart("cam", offer(better.link.hop));
  better.requests.get("")!.onComplete(true);
  assert.deepEqual(
    roots.map(({ requests }) => requests.size),
    roots.map((one) => (one === better ? 1 : 0)),
  );
  assert.deepEqual(
    table.routes().map(({ link }) => link),
    [better.link.id],
  );
});

test("while a question moves, the old root's answer does not take it from the new one", () => {
  const { subject, root, table } = directory();
  const roots = [root(), root(), root(), root()];
  const [old] = roots;
  subject.rootOpened(old!.link);
  subject.listen("");
  for (const { link } of roots.slice(1)) subject.rootOpened(link);
  const better = roots.find(({ link }) => link === subject.asked)!;
  old!.requests.get("")!.onComplete(true);
  assert.equal(better.requests.size, 1);
  old!.lose();
  better.requests.get("")!.onStart("cam", offer(better.link.hop));
  assert.equal(table.candidates("cam").length, 1);
});

test("when the root that is asked does not answer, another one is asked as well", () => {
  const { clock, table, subject, root } = directory();
  const [first, second] = [root(), root()];
  subject.rootOpened(first.link);
  subject.rootOpened(second.link);
  const [hung, other] = subject.asked === first.link ? [first, second] : [second, first];
  const heard: boolean[] = [];
  const release = subject.ask("cam", (complete) => heard.push(complete));
  clock.advance(999);
  assert.deepEqual([[...hung.requests.keys()], [...other.requests.keys()]], [["cam"], []]);
  clock.advance(1);
  other.requests.get("cam")!.onStart("", offer(92n));
  other.requests.get("cam")!.onComplete(true);
  assert.deepEqual(heard, [true]);
  assert.equal(table.candidates("cam").length, 1);
  hung.requests.get("cam")!.onStart("", offer(91n));
  hung.requests.get("cam")!.onComplete(true);
  assert.deepEqual([...other.requests.keys()], [], "the hash decides in the end");
  assert.equal(table.candidates("cam").length, 1);
  release();
  clock.advance(60_000);
  assert.deepEqual([hung.requests.size, other.requests.size, table.size], [0, 0, 0]);
});

test("a root that answers in time is the only one that is asked", () => {
  const { clock, subject, root } = directory();
  const roots = [root(), root()];
  for (const { link } of roots) subject.rootOpened(link);
  subject.listen("room");
  for (const { requests } of roots) requests.get("room")?.onComplete(true);
  clock.advance(60_000);
  assert.equal(roots[0]!.requests.size + roots[1]!.requests.size, 1);
});

test("the other root takes over at once when the one that hung is gone", () => {
  const { clock, table, subject, root } = directory();
  const [first, second] = [root(), root()];
  subject.rootOpened(first.link);
  subject.rootOpened(second.link);
  const [hung, other] = subject.asked === first.link ? [first, second] : [second, first];
  subject.listen("");
  clock.advance(1_000);
  other.requests.get("")!.onStart("cam", offer(92n));
  other.requests.get("")!.onComplete(true);
  hung.lose();
  clock.advance(60_000);
  assert.deepEqual([...other.requests.keys()], [""]);
  assert.deepEqual(
    table.candidates("cam").map(({ link }) => link),
    [other.link.id],
  );
});

for (const away of [100, 5_000]) {
  test(`a root that comes back after ${away} ms is turned to after a while, when what it does not know yet has been learned`, () => {
    const { clock, subject, root } = directory();
    const roots = [root(), root()];
    for (const { link } of roots) subject.rootOpened(link);
    const best = roots.find(({ link }) => link === subject.asked)!;
    const other = roots.find((each) => each !== best)!;
    subject.listen("");
    clock.advance(20_000);
    best.lose();
    assert.equal(subject.asked, other.link);
    clock.advance(away);
    const back = root();
    Object.assign(back.link, { address: best.link.address });
    subject.rootOpened(back.link);
    assert.deepEqual([subject.asked, back.requests.size], [other.link, 0]);
    clock.advance(59_999);
    assert.equal(subject.asked, other.link);
    clock.advance(1);
    assert.deepEqual([subject.asked, [...back.requests.keys()]], [back.link, [""]]);
  });
}

test("a root that came back is asked at once when the other one falls silent", () => {
  const { clock, subject, root } = directory();
  const roots = [root(), root()];
  for (const { link } of roots) subject.rootOpened(link);
  const best = roots.find(({ link }) => link === subject.asked)!;
  const other = roots.find((each) => each !== best)!;
  clock.advance(20_000);
  best.lose();
  clock.advance(5_000);
  const back = root();
  Object.assign(back.link, { address: best.link.address });
  subject.rootOpened(back.link);
  subject.suspect(other.link.id, true);
  assert.equal(subject.asked, back.link);
});

test("of two roots that have answered one is lost: the other's answer holds, and a third is asked at once", () => {
  const { clock, subject, root } = directory(() => true);
  const roots = [root(), root()];
  for (const { link } of roots) subject.rootOpened(link);
  const heard: boolean[] = [];
  subject.ask("cam", (complete) => heard.push(complete));
  const first = roots.find(({ link }) => link === subject.asked)!;
  const second = roots.find((each) => each !== first)!;
  first.requests.get("cam")!.onComplete(true);
  second.requests.get("cam")!.onComplete(true);
  clock.advance(20_000);
  first.lose();
  const third = root();
  subject.rootOpened(third.link);
  assert.deepEqual([...third.requests.keys()], ["cam"]);
  assert.deepEqual([subject.asked, heard.includes(false)], [second.link, false]);
});
