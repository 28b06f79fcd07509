import assert from "node:assert/strict";
import { test } from "node:test";
import { TestRelay } from "../core.fixture.ts";
import { flapReadings } from "./flap-readings.ts";
import { RelayInside } from "./inside-view.ts";

test("what comes and goes is counted, and the way to it says so, for as long as it is held against it", async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  for (let i = 0; i < 4; i++) {
    publisher.unannounce("cam");
    relay.pass(500);
    publisher.start("cam");
    relay.pass(500);
  }
  const figures = (): unknown[] =>
    flapReadings(relay.core, undefined).map(({ read }) => (read() as ReadonlyMap<string, number>).get("broadcast"));
  const inside = new RelayInside(relay.core, undefined, 10);
  assert.deepEqual(figures(), [4, 1, 1]);
  const [way] = (await inside.explain("cam")).ways;
  assert.deepEqual([way?.damped, way?.taken], [true, true], "it is taken, as there is no other");
  relay.pass(61_000);
  assert.deepEqual(figures(), [4, 1, 0]);
  assert.equal((await inside.explain("cam")).ways[0]?.damped, false);
});
