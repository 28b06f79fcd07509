/**
 * A camera in one browser, a player in another, a cluster between them. The camera is Chromium's fake one: a moving picture
 * with a clock.
 */
import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { chromiumMissing } from "../src/browser/chromium.ts";
import { type DemoPage, DemoPages } from "../src/browser/demo-pages.ts";
import { MEDIA_BYTES_SENT, ourRelay } from "../src/process/our-relay.ts";
import { quicMissing } from "../src/process/quic-addon.ts";
import type { RelayProcess } from "../src/process/relay-process.ts";
import { relayUnderTest } from "../src/process/relay-under-test.ts";
import { startThreeNodes, type ThreeNodes } from "../src/process/three-nodes.ts";
import { until } from "../src/process/wait.ts";

const CAMERA = { source: "camera", width: 320, height: 240, fps: 15 } as const;
const BINDINGS = { webtransport: "WebTransport", websocket: "WebSocket" } as const;

/** How long the pictures are watched, milliseconds, and how many different ones must be seen (15 a second are sent). */
const WATCHED = 10_000;
const DISTINCT = 40;
/** The aim is one second. */
const FIRST_PICTURE_BOUND = 5_000;

const relay = relayUnderTest();
const skip = chromiumMissing() ?? relay.missing() ?? false;

describe("a browser publishes its camera at one node and another plays it from the other", { skip }, () => {
  let pages: DemoPages;
  before(async () => {
    pages = await DemoPages.open();
  });
  after(() => pages?.close());

  for (const transport of ["webtransport", "websocket"] as const) {
    const missing = transport === "webtransport" && relay === ourRelay ? quicMissing() : undefined;
    test(`over ${BINDINGS[transport]}`, { timeout: 180_000, skip: missing ?? false }, async (context) => {
      const cluster = await startThreeNodes(relay);
      context.after(() => cluster.stop());
      const query = { ...CAMERA, transport, name: `room/${transport}.hang` };
      const publisher = await pages.page({ ...query, publish: cluster.entry.httpUrl });
      context.after(() => publisher.close());
      assert.equal((await publisher.reaches("publisher", "live")).transport, BINDINGS[transport]);
      const player = await pages.page({ ...query, watch: cluster.exit.httpUrl });
      context.after(() => player.close());

      try {
        await playsWithinBound(player, BINDINGS[transport], context);
        await keepsMoving(player, context);
        if (relay === ourRelay) await leavesTheRoot(cluster.root, player);
        await followsReload(publisher, player);
      } catch (error) {
        report(context, cluster, publisher, player);
        throw error;
      }
    });
  }
});

async function playsWithinBound(player: DemoPage, binding: string, context: TestContext): Promise<void> {
  const facts = await player.reaches("player", "live");
  assert.equal(facts.transport, binding);
  const first = await until("a first picture", async () => (await player.facts("player")).firstPictureMs);
  context.diagnostic(`first picture ${first} ms after dialling (${facts.version})`);
  assert.ok(Number(first) <= FIRST_PICTURE_BOUND, `first picture after ${first} ms`);
}

async function keepsMoving(player: DemoPage, context: TestContext): Promise<void> {
  const seen = new Set(await player.watch(WATCHED));
  seen.delete("blank");
  const { latency } = await player.facts("player");
  context.diagnostic(`${seen.size} different pictures in ${WATCHED / 1000} s, latency ${latency}`);
  assert.ok(seen.size >= DISTINCT, `only ${seen.size} different pictures in ${WATCHED} ms`);
}

/** Once the flow is on the direct link, two seconds of moving pictures cost the root nothing. */
async function leavesTheRoot(root: RelayProcess, player: DemoPage): Promise<void> {
  await until("the root forwards no media", async () => {
    const before = await root.metric(MEDIA_BYTES_SENT);
    const pictures = new Set(await player.watch(2_000));
    assert.ok(pictures.size > 5, "the player's pictures stand still");
    return (await root.metric(MEDIA_BYTES_SENT)) === before;
  });
}

/** The page that publishes is loaded again: a new instance of the broadcast, which the player goes over to by itself. */
async function followsReload(publisher: DemoPage, player: DemoPage): Promise<void> {
  const before = (await player.facts("player")).timeOrigin;
  await publisher.reload();
  const { timeOrigin } = await publisher.reaches("publisher", "live");
  assert.notEqual(timeOrigin, before);
  await until("the player follows the new instance", async () => {
    return (await player.facts("player")).timeOrigin === timeOrigin;
  });
  await until("pictures move again", async () => new Set(await player.watch(2_000)).size > 5);
}

function report(context: TestContext, cluster: ThreeNodes, publisher: DemoPage, player: DemoPage): void {
  context.diagnostic(`publisher's page said:\n${publisher.console.join("\n")}`);
  context.diagnostic(`player's page said:\n${player.console.join("\n")}`);
  context.diagnostic(cluster.logs());
}
