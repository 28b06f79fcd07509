/**
 * What a relay answers when a broadcast is asked for that it does not have: the cluster's word, or, with no root to ask, its
 * own after a while.
 */
import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { NpmPublisher, NpmVisitor } from "../src/clients/npm-client.ts";
import { NpmCrossing, plainClient } from "../src/clients/npm-crossing.ts";
import { linksOf } from "../src/process/cluster-links.ts";
import { freePort } from "../src/process/free-port.ts";
import { ourRelay } from "../src/process/our-relay.ts";
import { RelayProcess } from "../src/process/relay-process.ts";
import { startThreeNodes } from "../src/process/three-nodes.ts";
import { until } from "../src/process/wait.ts";

const LIMIT = { timeout: 120_000 };
/** A settled cluster answers in milliseconds, a node without a root after five seconds; these are for a busy machine. */
const AT_ONCE_BOUND = 3_000;
const GIVEN_UP_BOUND = 15_000;
const FEED = { instance: 1, frameRate: 10, groupSize: 10, frameSize: 64 };

function ask(context: TestContext, relay: RelayProcess, broadcast: string): NpmVisitor {
  const visitor = new NpmVisitor({ ...plainClient(relay, broadcast), role: "ask" });
  context.after(() => visitor.kill());
  return visitor;
}

/** How long a relay takes to refuse a broadcast, milliseconds. */
async function refusal(context: TestContext, relay: RelayProcess, broadcast: string): Promise<number> {
  const { after } = await ask(context, relay, broadcast).told("refused");
  return after;
}

/** A node whose root has never been there. */
async function lonelyNode(context: TestContext): Promise<RelayProcess> {
  const node = await RelayProcess.start(ourRelay, { rootPort: await freePort() });
  context.after(() => node.stop());
  return node;
}

describe("a broadcast that nobody has", { skip: ourRelay.missing() ?? false }, () => {
  test("is refused at once by every relay of a settled cluster", LIMIT, async (context) => {
    const cluster = await startThreeNodes(ourRelay);
    context.after(() => cluster.stop());
    // A root that has just started waits for its nodes before it says that nobody has something.
    await refusal(context, cluster.exit, "nobody/yet");
    for (const [name, relay] of Object.entries({ root: cluster.root, entry: cluster.entry, exit: cluster.exit })) {
      const took = await refusal(context, relay, `nobody/${name}`);
      context.diagnostic(`the ${name} refuses after ${took.toFixed(1)} ms`);
      assert.ok(took < AT_ONCE_BOUND, `the ${name} took ${took} ms`);
      const began = performance.now();
      const page = await fetch(`${relay.httpUrl}/fetch/nobody/${name}/video?group=latest`);
      assert.equal(page.status, 404);
      assert.ok(performance.now() - began < AT_ONCE_BOUND);
    }
  });

  test("is refused after a while by a node that reaches no root", LIMIT, async (context) => {
    const node = await lonelyNode(context);
    const took = await refusal(context, node, "nobody/here");
    context.diagnostic(`refused after ${took.toFixed(0)} ms`);
    assert.ok(took < GIVEN_UP_BOUND, `${took} ms`);
  });
});

describe("without a root", { skip: ourRelay.missing() ?? false }, () => {
  test("a subscription waits for a broadcast that comes a little later", LIMIT, async (context) => {
    const node = await lonelyNode(context);
    const early = ask(context, node, "camera/late");
    await early.told("connected");
    const publisher = new NpmPublisher(plainClient(node, "camera/late"), FEED);
    context.after(() => publisher.kill());
    await early.told("first-frame");
  });

  test("a node serves what it has itself, old and new", LIMIT, async (context) => {
    const cluster = await startThreeNodes(ourRelay);
    context.after(() => cluster.stop());
    const { root, entry } = cluster;
    await until("a link to the root", () => linksOf(entry).length > 0);
    const old = new NpmCrossing(entry, entry, { broadcast: "old" });
    context.after(() => old.kill());
    await old.reaches();
    await root.stop("SIGKILL");
    await old.moves(3);
    const late = ask(context, entry, "old");
    await late.told("first-frame");
    const fresh = new NpmCrossing(entry, entry, { broadcast: "new" });
    context.after(() => fresh.kill());
    await fresh.whole();
    await old.whole();
  });
});
