import assert from "node:assert/strict";
import { test } from "node:test";
import { LIVE } from "@moq-relay/protocol/model";
import type { UpstreamEvents } from "@moq-relay/protocol/session";
import { TestClock } from "../cluster/test-clock.fixture.ts";
import { LocalPublisher } from "./local-publisher.ts";

test("groups of a sampled track only ever grow in number, also when the wall clock is set back", () => {
  const clock = new TestClock();
  const publisher = new LocalPublisher(
    clock,
    new Map([["status", { interval: 1_000, sample: () => new Uint8Array([1]) }]]),
  );
  const groups: number[] = [];
  const events = {
    onGroup: (sequence: number) => void groups.push(sequence),
  } as unknown as UpstreamEvents;
  publisher.subscribe({ ...LIVE, broadcast: "node", track: "status" }, events);
  clock.advance(2_500);
  clock.skew -= 3_600_000;
  clock.advance(2_000);
  clock.skew += 7_200_000;
  clock.advance(1_000);
  const first = 1_700_000_000;
  assert.deepEqual(
    groups.map((group) => group - first),
    [0, 1, 2, 3, 4, 3_605],
  );
});
