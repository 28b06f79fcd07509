import assert from "node:assert/strict";
import { test } from "node:test";
import { type Clock, LIVE } from "@moq-relay/protocol/model";
import type { UpstreamEvents } from "@moq-relay/protocol/session";
import { LocalPublisher } from "./local-publisher.ts";

/** A clock that is set by hand. */
function byHand() {
  const due: { at: number; run: () => void }[] = [];
  let now = 0;
  const clock: Clock & { offset: number; pass(milliseconds: number): void } = {
    offset: 10_000_000,
    now: () => now,
    wall: () => now + clock.offset,
    after: (milliseconds, run) => {
      const timer = { at: now + milliseconds, run };
      due.push(timer);
      return { cancel: () => void due.splice(due.indexOf(timer), 1) };
    },
    pass: (milliseconds) => {
      const until = now + milliseconds;
      for (;;) {
        due.sort((a, b) => a.at - b.at);
        if (!due[0] || due[0].at > until) break;
        const [next] = due.splice(0, 1);
        now = next!.at;
        next!.run();
      }
      now = until;
    },
  };
  return clock;
}

test("groups of a sampled track only ever grow in number, also when the wall clock is set back", () => {
  const clock = byHand();
  const publisher = new LocalPublisher(
    clock,
    new Map([["status", { interval: 1_000, sample: () => new Uint8Array([1]) }]]),
  );
  const groups: number[] = [];
  const events = {
    onGroup: (sequence: number) => void groups.push(sequence),
  } as unknown as UpstreamEvents;
  publisher.subscribe({ ...LIVE, broadcast: "node", track: "status" }, events);
  clock.pass(2_500);
  clock.offset -= 3_600_000;
  clock.pass(2_000);
  clock.offset += 7_200_000;
  clock.pass(1_000);
  assert.deepEqual(groups, [10_000, 10_001, 10_002, 10_003, 10_004, 13_605]);
});
