import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "@moq-relay/protocol/session";
import type { Binding } from "@moq-relay/protocol/transport";
import { ClusterCounters } from "./counters.ts";
import type { ClusterLog, Target, TargetEvents } from "./options.ts";
import { Outreach } from "./outreach.ts";
import { seeded, TestClock } from "./test-clock.fixture.ts";

/** A session with the relay of this identity. */
function sessionWith(peerHop: bigint): Session {
  return { peerHop, connection: { info: { binding: "memory" } } } as unknown as Session;
}

const LOG = { debug: () => {}, info: () => {}, warn: () => {} };
const ROOT: Target = { kind: "root", address: "root:1" };
const NODE: Target = { kind: "node", address: "node:1" };

function outreach(log: ClusterLog = LOG) {
  const clock = new TestClock();
  const dials: { target: Target; events: TargetEvents; before: Binding | undefined; cancelled: boolean }[] = [];
  const subject = new Outreach({
    clock,
    random: seeded(1),
    log,
    counters: new ClusterCounters(),
    onFailed: () => {},
    dial: (target, events, before) => {
      const dial = { target, events, before, cancelled: false };
      dials.push(dial);
      return () => {
        dial.cancelled = true;
      };
    },
    backoff: { initial: 250, multiplier: 2, max: undefined },
    steady: 10_000,
    notLetIn: (why) => ({ kind: "not-let-in", wrong: "not let in", advice: "", detail: why }),
    address: "me:1",
    roots: ["root:1", "me:1"],
    peers: ["https://peer/"],
    members: () => 3,
  });
  return { subject, clock, dials };
}

test("all roots but this node, and all peers, are dialled for ever", () => {
  const { subject } = outreach();
  assert.deepEqual(
    subject.fixed.map(({ kind, address }) => `${kind} ${address}`),
    ["root root:1", "peer https://peer/"],
  );
});

test("each dial is told by what the last one came to a session", () => {
  const { subject, clock, dials } = outreach();
  for (let i = 0; i < 2; i++) {
    subject.reach([ROOT]);
    clock.advance(1_100);
    const session = sessionWith(91n);
    dials.at(-1)!.events.onSession(session);
    subject.sessionClosed(session, undefined);
  }
  assert.deepEqual(
    dials.map(({ before }) => before),
    [undefined, "memory"],
  );
});

test("at whatever step a root drops, it is dialled again", () => {
  const { subject, clock, dials } = outreach();
  subject.reach([ROOT]);
  clock.advance(0);
  const drops: ((events: TargetEvents) => void)[] = [
    (events) => events.onFailed({ kind: "handshake", wrong: "it hung up", advice: "", detail: "" }),
    (events) => {
      const session = sessionWith(0n);
      events.onSession(session);
      subject.sessionClosed(session, "before its Setup");
    },
    (events) => {
      const session = sessionWith(91n);
      events.onSession(session);
      clock.advance(20);
      subject.sessionClosed(session, undefined);
    },
  ];
  for (let i = 0; i < 30; i++) {
    drops[i % 3]!(dials.at(-1)!.events);
    // It is still in the plan.
    subject.reach([ROOT]);
    clock.advance(1_100);
    assert.equal(dials.length, i + 2, `after ${i + 1} drops`);
  }
});

test("two URLs of one host are two peers, each with its own sessions", () => {
  const { subject, clock, dials } = outreach();
  const tenants = ["https://peer/a", "https://peer/b"].map((address): Target => ({ kind: "peer", address }));
  subject.reach(tenants);
  clock.advance(0);
  assert.deepEqual(
    dials.map(({ target }) => target),
    tenants,
  );
  const sessions = dials.map(({ events }, i) => {
    const session = sessionWith(90n + BigInt(i));
    events.onSession(session);
    return session;
  });
  assert.deepEqual(
    sessions.map((session) => subject.targetOf(session)),
    tenants,
  );
  subject.sessionClosed(sessions[1]!, undefined);
  subject.reach(tenants);
  clock.advance(1_100);
  assert.deepEqual(
    dials.slice(2).map(({ target }) => target),
    [tenants[1]],
  );
});

test("who is linked to in another way is not dialled any more, and a dial under way is given up", () => {
  const { subject, clock, dials } = outreach();
  subject.reach([ROOT, NODE]);
  clock.advance(0);
  assert.equal(dials.length, 2);
  subject.reach([]);
  assert.deepEqual(
    dials.map(({ cancelled }) => cancelled),
    [true, true],
  );
  clock.advance(60_000);
  assert.equal(dials.length, 2);
});

test("it is known whose dial led to a session, and who answered there", () => {
  const { subject, clock, dials } = outreach();
  subject.reach([ROOT]);
  clock.advance(0);
  const session = sessionWith(91n);
  dials[0]!.events.onSession(session);
  assert.equal(subject.targetOf(session), ROOT);
  assert.equal(subject.targetOf({} as Session), undefined);
  assert.equal(subject.fixed[0]?.hop, 91n);
  assert.equal(subject.sessionClosed(session, undefined), true);
  assert.equal(subject.sessionClosed(session, undefined), false);
});

test("a session that ended before it was a link is said; one that was a link, or led to a peer, is not", () => {
  const warnings: string[] = [];
  const { subject, clock, dials } = outreach({ ...LOG, warn: (message) => void warnings.push(message) });
  const ended = (target: Target, before: string | undefined): void => {
    subject.reach([target]);
    clock.advance(60_000);
    const session = sessionWith(91n);
    dials.at(-1)!.events.onSession(session);
    subject.sessionClosed(session, before);
  };
  ended({ kind: "peer", address: "https://peer/" }, "unauthorized");
  ended(ROOT, undefined);
  assert.deepEqual(warnings, []);
  ended(ROOT, "unauthorized");
  ended(ROOT, "unauthorized");
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /no link to the root root:1: not let in/);
});

test("a node that is wanted on and off, and does not answer, is not dialled each time", () => {
  const { subject, clock, dials } = outreach();
  for (let i = 0; i < 100; i++) {
    subject.reach([NODE]);
    clock.advance(50);
    subject.reach([]);
    clock.advance(50);
  }
  assert.ok(dials.length > 1 && dials.length < 40, `${dials.length} dials in ten seconds`);
  clock.advance(10_000);
  subject.reach([]);
  const before = dials.length;
  subject.reach([NODE]);
  clock.advance(0);
  assert.equal(dials.length, before + 1, "after a rest the first dial goes at once again");
});
