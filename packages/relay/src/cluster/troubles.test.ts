import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterLog, DialFailure, Target } from "./options.ts";
import { star } from "./simulation.fixture.ts";
import { TestClock } from "./test-clock.fixture.ts";
import { SAID_AGAIN, Troubles } from "./troubles.ts";

const ROOT: Target = { kind: "root", address: "root:1" };
const DEAF: DialFailure = { kind: "no-answer", wrong: "it does not answer", advice: "Start it.", detail: "timed out" };
const EXPIRED: DialFailure = { ...DEAF, kind: "certificate-expired", wrong: "its certificate has expired" };

function troubles() {
  const clock = new TestClock();
  const lines: string[] = [];
  const say = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  const log: ClusterLog = { debug: say("debug"), info: say("info"), warn: say("warn") };
  return { clock, lines, subject: new Troubles(clock, log) };
}

test("a failure is said once, with who, what and what to do, and again after ten minutes", () => {
  const { subject, clock, lines } = troubles();
  for (let second = 0; second < 1_300; second++) {
    subject.failed(ROOT, DEAF);
    clock.advance(1_000);
  }
  assert.deepEqual(lines, Array(3).fill("warn no link to the root root:1: it does not answer. Start it."));
});

test("another reason is said at once, but two that alternate do not fill the log", () => {
  const { subject, clock, lines } = troubles();
  for (let second = 0; second < 100; second++) {
    subject.failed(ROOT, second % 2 === 0 ? DEAF : EXPIRED);
    clock.advance(1_000);
  }
  assert.equal(lines.length, 2);
  assert.match(lines[1]!, /expired/);
});

test("that it is reached again is said once, and only to whom the trouble was told", () => {
  const { subject, clock, lines } = troubles();
  subject.up("root:1");
  subject.failed(ROOT, DEAF);
  subject.up("root:1");
  subject.up("root:1");
  clock.advance(2_000);
  assert.deepEqual(lines.slice(1), ["info reached again"]);
});

test("who is linked for a moment and then refused is not reached again", () => {
  const { subject, clock, lines } = troubles();
  subject.failed(ROOT, DEAF);
  for (let i = 0; i < 10; i++) {
    subject.up("root:1");
    clock.advance(300);
    subject.failed(ROOT, DEAF);
  }
  clock.advance(10_000);
  assert.equal(lines.length, 1);
});

test("a link that goes up and down all the time is said once, one that stood for long is news", () => {
  const { subject, clock, lines } = troubles();
  for (let i = 0; i < 50; i++) {
    subject.failed(ROOT, DEAF);
    subject.up("root:1");
    clock.advance(1_500);
  }
  assert.equal(lines.length, 2);
  subject.steady("root:1");
  subject.failed(ROOT, DEAF);
  assert.equal(lines.length, 3);
});

test("what is remembered is bounded, and each target has its own troubles", () => {
  const { subject, lines } = troubles();
  for (let i = 0; i < 2_000; i++) subject.failed({ kind: "node", address: `node:${i}` }, DEAF);
  assert.equal(lines.length, 2_000);
  subject.failed({ kind: "node", address: "node:1999" }, DEAF);
  assert.equal(lines.length, 2_000);
});

test("a node whose root is away says so once, and once more when it is there", () => {
  const sim = star(1, ["root"]);
  assert.deepEqual([sim.warnings, sim.infos("reached again")], [[], []]);
  sim.run(20_000);
  sim.kill("root");
  sim.run(SAID_AGAIN / 2);
  assert.deepEqual(sim.warnings, ["leaf1: no link to the root root: nobody there. Start it."]);
  sim.add("root", { roots: ["root"] });
  sim.run(5_000);
  assert.deepEqual(sim.infos("reached again"), ["leaf1: reached again"]);
});

test("of more targets than are remembered the oldest is forgotten, and at worst said again", () => {
  const { subject, lines } = troubles();
  const target = (i: number): Target => ({ kind: "node", address: `node${i}:1` });
  for (let i = 0; i < 1_025; i++) subject.failed(target(i), DEAF);
  subject.failed(target(1_024), DEAF);
  assert.equal(lines.length, 1_025);
  subject.failed(target(0), DEAF);
  assert.equal(lines.length, 1_026);
});
