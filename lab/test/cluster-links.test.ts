/**
 * Where the media of a cluster goes: through the root, or over links between the nodes, as `--cluster-links` says.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { NpmCrossing } from "../src/clients/npm-crossing.ts";
import { type LinkUp, linksOf } from "../src/process/cluster-links.ts";
import { MEDIA_BYTES_SENT, ourRelay } from "../src/process/our-relay.ts";
import type { RelayProcess } from "../src/process/relay-process.ts";
import { startThreeNodes, type ThreeNodes } from "../src/process/three-nodes.ts";
import { until } from "../src/process/wait.ts";

const LIMIT = { timeout: 120_000 };
/** Three groups a second. */
const FEED = { instance: 1, frameRate: 30, groupSize: 10, frameSize: 1024 };
const GROUP_BYTES = FEED.groupSize * FEED.frameSize;

async function cluster(context: TestContext, links: string): Promise<ThreeNodes> {
  const nodes = await startThreeNodes(ourRelay, links === "" ? {} : { flags: ["--cluster-links", links] });
  context.after(() => nodes.stop());
  for (const node of [nodes.entry, nodes.exit]) {
    await until("a link to the root", () => linksOf(node).some(({ kind }) => kind === "root"));
  }
  return nodes;
}

/** A broadcast in each direction, three groups of which have come. */
async function bothWays(context: TestContext, { entry, exit }: ThreeNodes): Promise<NpmCrossing[]> {
  const crossings = [new NpmCrossing(entry, exit, { feed: FEED }), new NpmCrossing(exit, entry, { feed: FEED })];
  context.after(() => Promise.all(crossings.map((crossing) => crossing.kill())));
  await Promise.all(crossings.map((crossing) => crossing.reaches(3)));
  return crossings;
}

const toNodes = (relay: RelayProcess): LinkUp[] => linksOf(relay).filter(({ kind }) => kind === "node");

/** Waits until whole groups keep coming everywhere and the root sends none of them; tells what it had sent before. */
async function leavesTheRoot(root: RelayProcess, crossings: readonly NpmCrossing[]): Promise<number> {
  const { bytes } = await until("the root forwards no media", async () => {
    const bytes = await root.metric(MEDIA_BYTES_SENT);
    await Promise.all(crossings.map((crossing) => crossing.moves(3)));
    return (await root.metric(MEDIA_BYTES_SENT)) === bytes && { bytes };
  });
  return bytes;
}

async function allWhole(crossings: readonly NpmCrossing[]): Promise<void> {
  await Promise.all(crossings.map((crossing) => crossing.whole()));
}

describe("media between two nodes, in both directions", { skip: ourRelay.missing() ?? false }, () => {
  test("goes through the root and over no other link with `root`", LIMIT, async (context) => {
    const nodes = await cluster(context, "root");
    const crossings = await bothWays(context, nodes);
    for (let round = 0; round < 3; round++) {
      const before = await nodes.root.metric(MEDIA_BYTES_SENT);
      await Promise.all(crossings.map((crossing) => crossing.moves(2)));
      const grown = (await nodes.root.metric(MEDIA_BYTES_SENT)) - before;
      assert.ok(grown >= 2 * GROUP_BYTES, `the root sent ${grown} bytes while two groups came at each end`);
    }
    await allWhole(crossings);
    assert.deepEqual([toNodes(nodes.entry), toNodes(nodes.exit)], [[], []]);
  });

  test("has a link to go over before there is any with `mesh`", LIMIT, async (context) => {
    const nodes = await cluster(context, "mesh");
    const { entry, exit, root } = nodes;
    await until("a link between the nodes", () => toNodes(entry).length > 0 && toNodes(exit).length > 0);
    assert.deepEqual(
      [toNodes(entry)[0]?.address, toNodes(exit)[0]?.address],
      [`127.0.0.1:${exit.port}`, `127.0.0.1:${entry.port}`],
    );
    const crossings = await bothWays(context, nodes);
    context.diagnostic(`the root has sent ${await leavesTheRoot(root, crossings)} bytes of media`);
    await allWhole(crossings);
  });

  test("moves to a link of its own when nothing is said", LIMIT, async (context) => {
    const nodes = await cluster(context, "");
    assert.deepEqual([toNodes(nodes.entry), toNodes(nodes.exit)], [[], []]);
    const crossings = await bothWays(context, nodes);
    const bytes = await leavesTheRoot(nodes.root, crossings);
    context.diagnostic(`the root has sent ${bytes} bytes of media before`);
    assert.ok(toNodes(nodes.entry).length > 0 && toNodes(nodes.exit).length > 0, nodes.logs());
    await allWhole(crossings);
  });
});
