/**
 * `node fuzz/calls.ts [--seconds 10] [--seed n]`: calls of the native engine in any order with any arguments: stale and made-up
 * handles, writes after resets, second ends, calls after `close`, enormous counts, empty and detached arrays. Ends with an error
 * when something is left behind. The seed decides the calls; when packets come, and so which handles live, it cannot.
 */
import { DEFAULT_CARRIER_LIMITS } from "@moq-relay/protocol/transport";
import { nativeQuicOptions } from "../src/options.ts";
import { TestAuthority } from "../src/testing/certificates.ts";
import { Stage } from "../src/testing/peer.ts";
import { CALLS, type Call } from "./call-table.ts";
import { Chance } from "./chance.ts";
import { checkHonestClient } from "./check.ts";
import { readSettings } from "./settings.ts";
import { Subject } from "./subject.ts";

/** Calls between two turns of the event loop. */
const BATCH = 50;
/** How often an engine is closed, in calls, and how many calls it still gets. */
const LIFE = 20_000;
const AFTERLIFE = 200;
/** For everything to be released in the end, milliseconds. */
const PATIENCE = 30_000;

const { seconds, seed } = readSettings(process.argv.slice(2));
console.log(`calls: seed ${seed}, ${seconds} s`);
const chance = new Chance(seed);
const certificate = await (await TestAuthority.create()).issue();
const subjects: [Subject, Subject] = [new Subject(chance), new Subject(chance)];
const counts = new Map<string, { called: number; threw: number }>();
const names = Object.keys(CALLS).flatMap((name) => Array<string>((CALLS[name] as Call).weight).fill(name));
const world = { chance, certificate, quic: nativeQuicOptions({}, DEFAULT_CARRIER_LIMITS), ports: [] as number[] };

function callOnce(subject: Subject): void {
  const name = chance.pick(names);
  const count = counts.get(name) ?? { called: 0, threw: 0 };
  counts.set(name, count);
  count.called += 1;
  try {
    (CALLS[name] as Call).run(subject, world);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    count.threw += 1;
  }
}

/** Closes an engine, calls it nevertheless, and puts another one in its place. */
async function replace(index: 0 | 1): Promise<void> {
  const old = subjects[index];
  old.native.close();
  old.closed = true;
  for (let i = 0; i < AFTERLIFE; i++) {
    callOnce(old);
    if (chance.oneIn(BATCH)) await new Promise(setImmediate);
  }
  subjects[index] = new Subject(chance);
}

/** Ends all that lives, and waits until the engine has let go of it. */
async function settle(subject: Subject): Promise<void> {
  const { native } = subject;
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    subject.drain();
    for (const endpoint of subject.handles.endpoints) native.closeEndpoint(endpoint);
    for (const connection of subject.live) {
      native.reject(connection, 503);
      native.cancelDial(connection);
      native.closeConnection(connection, 0, "");
    }
    const { sessions, sends, recvs, endpoints } = native.census();
    if (sessions + sends + recvs + endpoints === 0) return;
    if (performance.now() > deadline)
      throw new Error(`left behind: ${JSON.stringify({ sessions, sends, recvs, endpoints })}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// The engines' wake-ups do not keep a process alive.
const alive = setInterval(() => {}, 60_000);
const end = performance.now() + seconds * 1000;
while (performance.now() < end) {
  for (let i = 0; i < BATCH; i++) callOnce(chance.pick(subjects));
  if (chance.oneIn(LIFE / BATCH)) await replace(chance.below(2) as 0 | 1);
  await new Promise(setImmediate);
}
const total = [...counts.values()].reduce((sum, { called }) => sum + called, 0);
for (const subject of subjects) await settle(subject);
{
  await using stage = await Stage.open();
  await checkHonestClient(stage);
}
const threw = [...counts]
  .filter(([, count]) => count.threw > 0)
  .map(([name, count]) => `${name} ${count.threw}/${count.called}`);
console.log(
  `calls: ${total}, events: ${subjects[0].events + subjects[1].events}; refused with an error: ${threw.join(", ")}`,
);
for (const { native } of subjects) native.close();
clearInterval(alive);
