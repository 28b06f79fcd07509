/**
 * The @moq/net packages as published, each publisher and subscriber in a process of its own: numbered, hashed frames go in
 * at one node and come out at another, none missing, none twice, none altered, while others join and leave and the root is
 * restarted.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { NpmPublisher, NpmSubscriber } from "../src/clients/npm-client.ts";
import { type ClientBinding, type Feed, NPM_CLIENTS } from "../src/clients/npm-client-settings.ts";
import type { LedgerSummary } from "../src/frames/frame-ledger.ts";
import { MEDIA_BYTES_SENT, ourRelay } from "../src/process/our-relay.ts";
import { quicMissing } from "../src/process/quic-addon.ts";
import { relayUnderTest } from "../src/process/relay-under-test.ts";
import { startThreeNodes, type ThreeNodes } from "../src/process/three-nodes.ts";
import { pause, until } from "../src/process/wait.ts";

/** How long frames flow, seconds. */
const SECONDS = Number(process.env.MOQ_LAB_SECONDS ?? 60);
/** One group a second. */
const FEED: Omit<Feed, "instance"> = { frameRate: 30, groupSize: 30, frameSize: 1024 };
/** How many groups a guest stays for. */
const GUEST_GROUPS = 3;

const relay = relayUnderTest();
const skip = relay.missing() ?? false;
const noQuic = relay === ourRelay ? quicMissing() : "the addon is tested with this repository's relay";

/** One client version on one binding, and what it sends to itself through the cluster. */
class Flow {
  readonly name: string;
  readonly #settings;
  readonly #cluster: ThreeNodes;
  publisher: NpmPublisher;
  readonly subscriber: NpmSubscriber;

  constructor(cluster: ThreeNodes, client: string, binding: ClientBinding) {
    this.name = `${client} over ${binding}`;
    this.#cluster = cluster;
    const broadcast = `clients/${binding}/${client.replaceAll(/\W+/g, "-")}`;
    this.#settings = { module: NPM_CLIENTS[client] ?? client, binding, broadcast, track: "frames" };
    this.publisher = this.publish(1);
    this.subscriber = this.join();
  }

  /** Starts a publisher of the broadcast at the entry node. */
  publish(instance: number): NpmPublisher {
    return new NpmPublisher({ ...this.#settings, url: this.#cluster.entry.httpUrl }, { ...FEED, instance });
  }

  /** Starts one more subscriber at the exit node. */
  join(): NpmSubscriber {
    return new NpmSubscriber({ ...this.#settings, url: this.#cluster.exit.httpUrl });
  }

  async kill(): Promise<void> {
    await Promise.all([this.publisher.kill(), this.subscriber.kill()]);
  }
}

/** Flows of every client version on these bindings, frames coming through all of them. */
async function startFlows(
  context: TestContext,
  cluster: ThreeNodes,
  bindings: readonly ClientBinding[],
): Promise<Flow[]> {
  const flows = bindings.flatMap((binding) =>
    Object.keys(NPM_CLIENTS).map((client) => new Flow(cluster, client, binding)),
  );
  context.after(() => Promise.all(flows.map((flow) => flow.kill())));
  for (const flow of flows) {
    const { version, transport } = await flow.subscriber.told("connected");
    context.diagnostic(`${flow.name}: ${version} on ${transport}`);
    await flow.subscriber.reaches(1, 1);
  }
  return flows;
}

function assertWhole(name: string, ledger: LedgerSummary, altered: number): void {
  const wrong = { missing: ledger.missing, duplicated: ledger.duplicated, altered };
  assert.deepEqual(wrong, { missing: 0, duplicated: 0, altered: 0 }, `${name}: ${JSON.stringify(ledger)}`);
}

/** A guest joins at the latest group, from its first frame, stays for a few groups and leaves. */
async function visit(flow: Flow): Promise<void> {
  const guest = flow.join();
  try {
    await guest.told("first-frame");
    const { firstGroup } = (await guest.reaches(1, 0)).ledger;
    const { ledger, altered } = await guest.reaches(1, firstGroup + GUEST_GROUPS);
    assertWhole(`a guest of ${flow.name}`, ledger, altered);
  } finally {
    await guest.leave();
  }
}

/** Returns when the root has sent no media for a second: all flows are on direct links by then. */
async function settle(cluster: ThreeNodes): Promise<void> {
  await until("the root forwards no media", async () => {
    const before = await cluster.root.metric(MEDIA_BYTES_SENT);
    await pause(1_000);
    return (await cluster.root.metric(MEDIA_BYTES_SENT)) === before;
  });
}

describe("frames of the npm clients from one node to another", { skip }, () => {
  test("none missing, none twice, none altered, while guests come and go and the root restarts", {
    timeout: (SECONDS + 180) * 1000,
  }, async (context) => {
    const bindings: ClientBinding[] = noQuic === undefined ? ["websocket", "webtransport"] : ["websocket"];
    if (noQuic !== undefined) context.diagnostic(noQuic);
    const cluster = await startThreeNodes(relay);
    context.after(() => cluster.stop());
    const flows = await startFlows(context, cluster, bindings);
    const began = performance.now();
    const elapsed = () => (performance.now() - began) / 1000;
    let restarted = relay !== ourRelay;
    for (let round = 0; elapsed() < SECONDS; round++) {
      if (!restarted && elapsed() >= SECONDS / 2) {
        await settle(cluster);
        await cluster.restartRoot();
        restarted = true;
        context.diagnostic(`root restarted after ${elapsed().toFixed(0)} s`);
      }
      await visit(flows[round % flows.length] as Flow);
    }
    for (const flow of flows) {
      const last = await flow.publisher.finish();
      const { ledger, altered } = await flow.subscriber.reaches(1, last);
      assertWhole(flow.name, ledger, altered);
      assert.deepEqual(flow.subscriber.errors(), [], flow.name);
      context.diagnostic(`${flow.name}: ${ledger.received} frames, all of them`);
    }
  });

  test("a publisher that is started again is a new instance, which the subscriber follows", {
    timeout: 180_000,
  }, async (context) => {
    const cluster = await startThreeNodes(relay);
    context.after(() => cluster.stop());
    const flows = await startFlows(
      context,
      cluster,
      noQuic === undefined ? ["webtransport", "websocket"] : ["websocket"],
    );
    await Promise.all(flows.map((flow) => flow.publisher.close()));
    for (const flow of flows) flow.publisher = flow.publish(2);
    for (const flow of flows) {
      const { ledger, altered } = await flow.subscriber.reaches(2, 2);
      assertWhole(flow.name, ledger, altered);
      assert.equal(ledger.firstGroup <= 2, true, `${flow.name}: ${JSON.stringify(ledger)}`);
    }
  });
});
