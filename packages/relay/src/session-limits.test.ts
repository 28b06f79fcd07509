import assert from "node:assert/strict";
import { test } from "node:test";
import { BIDI, encodeStreamType } from "@moq-relay/protocol/wire";
import { developmentConfig } from "./config/index.ts";
import { TestRelay } from "./core.fixture.ts";
import type { Limits } from "./limits.ts";
import { clientLimits, sessionLimits } from "./parts.ts";
import { CLUSTER_GRANTS, PEER_GRANTS } from "./peers/grants.ts";

const NO_CAPACITY = 0x30;
const CONTROL_TIMEOUT = 0x31;

/** A relay with these caps. Whoever comes to "/relay" is one of its cluster. */
function limited(limits: Partial<Limits>): TestRelay {
  const config = developmentConfig();
  const changed = { ...config, limits: { ...config.limits, ...limits } };
  return new TestRelay({
    session: sessionLimits(changed),
    clients: clientLimits(changed),
    grants: (path) => (path === "/relay" ? CLUSTER_GRANTS : PEER_GRANTS),
  });
}

/** How many of so many subscriptions at once are refused with "no capacity". */
function refused(relay: TestRelay, count: number, path = "/"): number {
  const viewer = relay.viewer("moq-lite-06", { path });
  const readings = Array.from({ length: count }, (_, i) => viewer.subscribe("cam", `track-${i}`));
  return readings.filter(({ stream }) => stream.reset === NO_CAPACITY).length;
}

test("requests beyond a client's rate are refused, and a flood ends its session; a relay has no such rate", () => {
  const relay = limited({ clientRequests: 10, clientRequestBurst: 20 });
  relay.publisher();
  assert.equal(refused(relay, 20), 0);
  assert.equal(refused(relay, 30), 10);
  assert.equal(refused(relay, 100, "/relay"), 0);
  const viewer = relay.viewer();
  for (let i = 0; i < 45; i++) viewer.subscribe("cam", `track-${i}`);
  assert.equal(viewer.peer.closeCode(), 3);
  assert.equal(refused(relay, 1), 0, "others are not touched");
});

test("a client that keeps within its rate is never refused", () => {
  const relay = limited({ clientRequests: 10, clientRequestBurst: 5 });
  relay.publisher();
  const viewer = relay.viewer();
  for (let i = 0; i < 50; i++) {
    const reading = viewer.subscribe();
    assert.equal(reading.stream.reset, undefined, `${i}`);
    reading.leave();
    relay.pass(100);
  }
});

test("updates beyond a client's rate come late, the last of each subscription; a flood ends its session", () => {
  const relay = limited({ clientUpdates: 10, clientUpdateBurst: 5 });
  const publisher = relay.publisher();
  const reading = relay.viewer().subscribe();
  for (let priority = 1; priority <= 9; priority++) reading.update({ priority });
  assert.deepEqual(
    publisher.updates().map(({ priority }) => priority),
    [1, 2, 3, 4, 5],
  );
  relay.pass(100);
  assert.deepEqual(
    publisher.updates().map(({ priority }) => priority),
    [9],
  );
  const flood = relay.viewer().subscribe();
  for (let priority = 1; priority <= 12; priority++) flood.update({ priority });
  assert.equal(flood.viewer.peer.closeCode(), 3);
  assert.equal(reading.viewer.peer.closeCode(), undefined);
});

test("a request that does not come to its end in time is refused", () => {
  const relay = limited({ messageTimeout: 2_000 });
  const peer = relay.peer();
  const request = peer.bidi((writer) => encodeStreamType(writer, BIDI.subscribe));
  relay.pass(1_900);
  assert.equal(request.reset, undefined);
  relay.pass(200);
  assert.deepEqual([request.reset, peer.closeCode()], [CONTROL_TIMEOUT, undefined]);
});

test("a session has only so many probe streams", () => {
  const relay = limited({ sessionProbes: 3 });
  const peer = relay.peer();
  const probes = Array.from({ length: 5 }, () => peer.bidi((writer) => encodeStreamType(writer, BIDI.probe)));
  relay.settle();
  assert.equal(probes.filter(({ reset }) => reset !== undefined).length, 2);
});

test("a client has only so many fetches under way, a relay as many as this one makes", () => {
  const relay = limited({ clientFetches: 3, fetches: 10 });
  relay.publisher();
  for (const [path, taken] of [
    ["/", 3],
    ["/relay", 10],
  ] as const) {
    const viewer = relay.viewer("moq-lite-06", { path });
    const fetches = Array.from({ length: 12 }, (_, i) => viewer.fetch(i % 2));
    assert.equal(fetches.filter(({ stream }) => stream.reset === NO_CAPACITY).length, 12 - taken, path);
    fetches[0]?.leave();
    assert.equal(viewer.fetch(1).stream.reset, undefined, "a place that is given up can be had again");
  }
});
