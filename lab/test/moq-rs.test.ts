/**
 * The reference client (PyPI moq-rs 0.5.1: the reference implementation's own session and QUIC stack) across three nodes.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deliver, referenceMissing } from "../src/clients/reference-client.ts";
import { ourRelay } from "../src/process/our-relay.ts";
import { quicMissing } from "../src/process/quic-addon.ts";
import { relayUnderTest } from "../src/process/relay-under-test.ts";
import { startThreeNodes } from "../src/process/three-nodes.ts";

const relay = relayUnderTest();
const noQuic = relay === ourRelay ? quicMissing() : undefined;
const skip = relay.missing() ?? noQuic ?? referenceMissing() ?? false;

describe("the reference client publishes at one node and subscribes at another", { skip }, () => {
  test("every frame comes, once, unaltered", { timeout: 180_000 }, async (context) => {
    const cluster = await startThreeNodes(relay);
    context.after(() => cluster.stop());
    const options = { announces: 10, groups: 20, groupSize: 30, rate: 60 };
    const delivery = await deliver(cluster.entry.httpsUrl, cluster.exit.httpsUrl, options).catch((error: Error) => {
      context.diagnostic(cluster.logs());
      throw error;
    });
    const { firstGroup, received, missing, duplicated, altered } = delivery;
    assert.deepEqual(
      { firstGroup, received, missing, duplicated, altered },
      { firstGroup: 0, received: options.groups * options.groupSize, missing: [], duplicated: 0, altered: 0 },
    );
    const { announce, first, latency } = delivery;
    context.diagnostic(
      `announce seen after ${announce?.p50.toFixed(1)} ms, first frame after ${first?.p50.toFixed(1)} ms`,
    );
    context.diagnostic(`a frame takes ${latency.p50.toFixed(2)} ms (median), ${latency.p99.toFixed(2)} ms (p99)`);
  });
});
