/**
 * A cluster has names of its own, below `.internal`. Clients are told none of them, get none of them, and nothing that they
 * announce there is believed.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { NpmPublisher, NpmVisitor } from "../src/clients/npm-client.ts";
import { NPM_CLIENTS } from "../src/clients/npm-client-settings.ts";
import { NpmCrossing, plainClient } from "../src/clients/npm-crossing.ts";
import { linksOf } from "../src/process/cluster-links.ts";
import { ourRelay } from "../src/process/our-relay.ts";
import type { RelayProcess } from "../src/process/relay-process.ts";
import { SilentPort } from "../src/process/silent-port.ts";
import { startThreeNodes, type ThreeNodes } from "../src/process/three-nodes.ts";
import { until } from "../src/process/wait.ts";

const LIMIT = { timeout: 60_000 };
const FEED = { instance: 1, frameRate: 10, groupSize: 10, frameSize: 64 };
/** Where a node tells others that it is there. */
const origin = (port: number) => `.internal/origins/127.0.0.1%3A${port}`;

describe("the names of the cluster's own", { skip: ourRelay.missing() ?? false }, () => {
  let cluster: ThreeNodes;
  before(async () => {
    // A mesh, where every member that is believed is dialled at once.
    cluster = await startThreeNodes(ourRelay, { flags: ["--cluster-links", "mesh"] });
    await until("the mesh", () => linksOf(cluster.entry).some(({ kind }) => kind === "node"));
  });
  after(() => cluster?.stop());

  const everywhere = (): RelayProcess[] => [cluster.root, cluster.entry, cluster.exit];

  test("are not told to a client that listens to everything", LIMIT, async (context) => {
    const visitors = everywhere().flatMap((relay) =>
      Object.values(NPM_CLIENTS).map((module) => new NpmVisitor({ ...plainClient(relay, ""), module, role: "list" })),
    );
    context.after(() => Promise.all(visitors.map((visitor) => visitor.kill())));
    await Promise.all(visitors.map((visitor) => visitor.told("waiting")));
    // What is published after everybody listens comes after all that could have been told before.
    const publisher = new NpmPublisher(plainClient(cluster.entry, "camera/front"), FEED);
    context.after(() => publisher.kill());
    for (const visitor of visitors) {
      await visitor.told("listed", ({ path }) => path === "camera/front");
      assert.deepEqual(visitor.listed(), ["camera/front"], visitor.program.name);
      assert.deepEqual(visitor.errors(), [], visitor.program.name);
    }
  });

  test("are not told to a client that asks for them, and cannot be read", LIMIT, async (context) => {
    for (const relay of everywhere()) {
      const prefix = new NpmVisitor({ ...plainClient(relay, ".internal"), role: "list" });
      const status = new NpmVisitor({
        ...plainClient(relay, origin(cluster.entry.port)),
        track: "status",
        role: "ask",
      });
      context.after(() => Promise.all([prefix.kill(), status.kill()]));
      await prefix.told("waiting");
      const { message } = await status.told("refused");
      context.diagnostic(`${relay.program.name} refuses: ${message}`);
      assert.deepEqual(prefix.listed(), []);
      const page = await fetch(`${relay.httpUrl}/announced/.internal`);
      assert.equal(page.ok ? await page.text() : "", "");
      const group = await fetch(
        `${relay.httpUrl}/fetch/${encodeURIComponent(".internal")}/origins/x/status?group=latest`,
      );
      assert.equal(group.ok, false);
    }
  });

  test("are not believed when a client announces them", LIMIT, async (context) => {
    const trap = await SilentPort.open();
    context.after(() => trap.close());
    const publishers = everywhere().map((relay) => new NpmPublisher(plainClient(relay, origin(trap.port)), FEED));
    context.after(() => Promise.all(publishers.map((publisher) => publisher.kill())));
    for (const relay of everywhere()) {
      await until("the announcement is refused", async () => (await relay.metric("moq_announces_forbidden_total")) > 0);
    }
    // Whatever it might have caused would be on its way before the frames of a whole crossing.
    const crossing = new NpmCrossing(cluster.entry, cluster.exit);
    context.after(() => crossing.kill());
    await crossing.whole();
    assert.equal(trap.tries, 0, "a relay dialled an address that only a client had told");
    assert.deepEqual(
      everywhere().map((relay) => linksOf(relay).length),
      [2, 2, 2],
      cluster.logs(),
    );
    for (const publisher of publishers) assert.deepEqual(publisher.errors(), []);
  });
});
