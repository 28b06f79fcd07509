import assert from "node:assert/strict";
import { test } from "node:test";
import { developmentConfig, type RelayConfig } from "./config/index.ts";
import type { Limits } from "./limits.ts";
import { carrierLimits, limitsInForce } from "./parts.ts";

function configured(limits: Partial<Limits>, maxStreams = 10_000): RelayConfig {
  const config = developmentConfig();
  return { ...config, limits: { ...config.limits, ...limits }, quic: { ...config.quic, maxStreams } };
}

test("what all sessions together may have received is an eighth of the memory, or what is said", () => {
  const share = configured({ memory: 1 << 30 });
  assert.equal(carrierLimits(share).maxReceive, 1 << 27);
  assert.equal(limitsInForce(share).receiveMemory, 1 << 27, "metrics show what is in force");
  const said = configured({ memory: 1 << 30, receiveMemory: 1 << 20 });
  assert.equal(carrierLimits(said).maxReceive, 1 << 20);
  assert.equal(limitsInForce(said).receiveMemory, 1 << 20);
  assert.ok((carrierLimits(configured({})).maxReceive ?? 0) > 0, "of whatever memory this machine has");
});

test("a connection begins with a client's two-way streams, and never more than of each kind", () => {
  const streams = (config: RelayConfig) => [carrierLimits(config).maxUniStreams, carrierLimits(config).maxBidiStreams];
  assert.deepEqual(streams(configured({})), [10_000, 256]);
  assert.deepEqual(streams(configured({ clientStreams: 1_000 })), [10_000, 1_000]);
  assert.deepEqual(streams(configured({}, 100)), [100, 100]);
});
