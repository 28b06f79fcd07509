/**
 * Clusters as the documentation says that they are made: relays as programs, started with what an operator writes and
 * nothing else, in an order that chance picks. Numbered frames cross each of them, and each relay ends as it should.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { NpmCrossing } from "../src/clients/npm-crossing.ts";
import { linksOf } from "../src/process/cluster-links.ts";
import { freePort, portsTaken } from "../src/process/free-port.ts";
import { asFile, asFlags, asVariables, host } from "../src/process/loopback-config.ts";
import { ourRelay } from "../src/process/our-relay.ts";
import { quicMissing } from "../src/process/quic-addon.ts";
import { randomOrder, SEED } from "../src/process/random-order.ts";
import type { RelayKind } from "../src/process/relay-kind.ts";
import { RelayProcess } from "../src/process/relay-process.ts";
import { until } from "../src/process/wait.ts";
import { typedRelay, writtenRelay } from "../src/process/written-relay.ts";

/** A relay that is asked to end does so at once; this much is for a machine that is busy with other things, milliseconds. */
const ENDING_BOUND = 8_000;
const LIMIT = { timeout: 120_000 };

/** The command that operators of the Rust relay have in their files, in its older spellings. */
const OLDER =
  "moq-relay --server-bind 127.0.0.1:4443 --web-http-listen 127.0.0.1:4443 --tls-generate localhost,127.0.0.1 --auth-public '' --client-tls-disable-verify --cluster-root 127.0.0.1:4440 --cluster-node 127.0.0.1:4443";

/** A relay to start, with the port of its clients. */
interface Planned {
  readonly port: number;
  readonly kind: RelayKind;
}

/** Starts all relays of a plan, in the order of chance, each when the one before answers. */
async function start<Name extends string>(
  context: TestContext,
  plan: Record<Name, Planned>,
): Promise<Record<Name, RelayProcess>> {
  const order = randomOrder(Object.keys(plan) as Name[], context.name);
  context.diagnostic(`seed ${SEED}: ${order.join(", then ")}`);
  const relays = {} as Record<Name, RelayProcess>;
  for (const name of order) {
    const { kind, port } = plan[name];
    relays[name] = await RelayProcess.start(kind, { port });
    context.after(() => relays[name].stop("SIGKILL"));
  }
  return relays;
}

/** Numbered frames from one to the other, all of them; then all relays end. */
async function carries(context: TestContext, all: Record<string, RelayProcess>, from: RelayProcess, to: RelayProcess) {
  const crossing = new NpmCrossing(from, to);
  context.after(() => crossing.kill());
  try {
    const { received } = await crossing.whole();
    context.diagnostic(`${received} frames from ${from.port} to ${to.port}, all of them`);
  } catch (error) {
    for (const [name, relay] of Object.entries(all)) context.diagnostic(`${name}:\n${relay.log()}`);
    throw error;
  }
  await crossing.kill();
  await endWell(context, all);
}

async function endWell(context: TestContext, relays: Record<string, RelayProcess>): Promise<void> {
  for (const [name, relay] of Object.entries(relays)) {
    const began = performance.now();
    assert.equal(await relay.stop("SIGTERM"), 0, `${name}:\n${relay.log()}`);
    const took = performance.now() - began;
    context.diagnostic(`${name} ended after ${took.toFixed(0)} ms`);
    assert.ok(took < ENDING_BOUND, `${name} took ${took} ms to end`);
  }
}

const ports = (count: number) => Promise.all(Array.from({ length: count }, freePort));

describe("a cluster is formed", { skip: ourRelay.missing() ?? false }, () => {
  test("with the two flags", LIMIT, async (context) => {
    const [root = 0, one = 0, two = 0] = await ports(3);
    const node = (port: number) => [...asFlags(port), "--cluster-root", host(root), "--cluster-node", host(port)];
    const relays = await start(context, {
      root: { port: root, kind: writtenRelay(asFlags(root)) },
      one: { port: one, kind: writtenRelay(node(one)) },
      two: { port: two, kind: writtenRelay(node(two)) },
    });
    await carries(context, relays, relays.one, relays.two);
  });

  test("with a file for each relay", LIMIT, async (context) => {
    const folder = await mkdtemp(join(tmpdir(), "moq-relay-flags-"));
    context.after(() => rm(folder, { recursive: true }));
    const [root = 0, one = 0, two = 0] = await ports(3);
    const written = async (port: number, cluster: readonly string[]) => {
      const file = join(folder, `${port}.toml`);
      await writeFile(file, asFile(port, cluster));
      return { port, kind: writtenRelay([file]) };
    };
    const node = (port: number) => written(port, [`root = "${host(root)}"`, `node = "${host(port)}"`]);
    const relays = await start(context, {
      root: await written(root, [`node = "${host(root)}"`]),
      one: await node(one),
      two: await node(two),
    });
    await carries(context, relays, relays.one, relays.two);
  });

  test("with environment variables", LIMIT, async (context) => {
    const [root = 0, one = 0, two = 0] = await ports(3);
    const node = (port: number) => ({
      port,
      kind: writtenRelay([], { ...asVariables(port), MOQ_CLUSTER_ROOT: host(root), MOQ_CLUSTER_NODE: host(port) }),
    });
    const relays = await start(context, {
      root: { port: root, kind: writtenRelay([], asVariables(root)) },
      one: node(one),
      two: node(two),
    });
    await carries(context, relays, relays.one, relays.two);
  });

  test("with the older spellings, as the command stands", LIMIT, async (context) => {
    const taken = await portsTaken(4440, 4443);
    if (taken !== undefined) return context.skip(taken);
    const root = OLDER.replaceAll("4443", "4440").replace(/ --cluster-root.*/, "");
    const port = await freePort();
    const relays = await start(context, {
      root: { port: 4440, kind: typedRelay(root) },
      one: { port: 4443, kind: typedRelay(OLDER) },
      two: { port, kind: typedRelay(`${OLDER.replaceAll("4443", `${port}`)}`) },
    });
    await carries(context, relays, relays.one, relays.two);
  });

  test("before its root exists", LIMIT, async (context) => {
    const [root = 0, one = 0, two = 0] = await ports(3);
    const node = (port: number) => [...asFlags(port), "--cluster-root", host(root), "--cluster-node", host(port)];
    const relays = await start(context, {
      one: { port: one, kind: writtenRelay(node(one)) },
      two: { port: two, kind: writtenRelay(node(two)) },
    });
    const early = new NpmCrossing(relays.one, relays.one, { broadcast: "early" });
    const waiting = new NpmCrossing(relays.one, relays.two);
    context.after(() => Promise.all([early.kill(), waiting.kill()]));
    await early.whole();
    await waiting.publisher.told("publishing");
    await waiting.subscriber.told("waiting");
    assert.equal(waiting.subscriber.progress.size, 0);
    const late = await start(context, { root: { port: root, kind: writtenRelay(asFlags(root)) } });
    await waiting.whole();
    await Promise.all([early.kill(), waiting.kill()]);
    await endWell(context, { ...relays, ...late });
  });

  test("whatever spelling the names have", LIMIT, async (context) => {
    const [root = 0, one = 0, two = 0] = await ports(3);
    const node = (port: number, spelt: string, own: string) => ({
      port,
      kind: writtenRelay([...asFlags(port), "--cluster-root", spelt, "--cluster-node", own]),
    });
    const relays = await start(context, {
      root: { port: root, kind: writtenRelay([...asFlags(root), "--cluster-node", `https://${host(root)}`]) },
      one: node(one, `https://${host(root)}/`, `https://${host(one)}`),
      two: node(two, `localhost:${root}`, `moqt://${host(two)}`),
    });
    await carries(context, relays, relays.one, relays.two);
  });

  test("with names without a port, which mean 443", LIMIT, async (context) => {
    const taken = await portsTaken(443);
    if (taken !== undefined) return context.skip(taken);
    const [one = 0, two = 0] = await ports(2);
    const node = (port: number, spelt: string) => ({
      port,
      kind: writtenRelay([...asFlags(port), "--cluster-root", spelt, "--cluster-node", host(port)]),
    });
    const relays = await start(context, {
      root: { port: 443, kind: writtenRelay([...asFlags(443), "--cluster-node", "127.0.0.1"]) },
      one: node(one, "127.0.0.1"),
      two: node(two, "https://127.0.0.1"),
    });
    await carries(context, relays, relays.one, relays.two);
  });

  test("trusting generated certificates by their hash", LIMIT, async (context) => {
    const missing = quicMissing();
    if (missing !== undefined) return context.skip(missing);
    const [root = 0, one = 0, two = 0] = await ports(3);
    const first = await start(context, { root: { port: root, kind: writtenRelay(asFlags(root)) } });
    const hash = await (await fetch(`${first.root.httpUrl}/certificate.sha256`)).text();
    const node = (port: number) => {
      const own = asFlags(port, ["--connect-tls-fingerprint", hash]);
      return { port, kind: writtenRelay([...own, "--cluster-root", host(root), "--cluster-node", host(port)]) };
    };
    const nodes = await start(context, { one: node(one), two: node(two) });
    await carries(context, { ...first, ...nodes }, nodes.one, nodes.two);
  });

  test("with two roots in the list of all", LIMIT, async (context) => {
    const [first = 0, second = 0, one = 0, two = 0] = await ports(4);
    const list = ["--cluster-root", host(first), "--cluster-root", host(second)];
    const member = (port: number) => ({
      port,
      kind: writtenRelay([...asFlags(port), ...list, "--cluster-node", host(port)]),
    });
    const relays = await start(context, {
      first: member(first),
      second: member(second),
      one: member(one),
      two: member(two),
    });
    for (const node of [relays.one, relays.two]) {
      await until("a link to each root", () => {
        const roots = new Set(linksOf(node).flatMap(({ kind, address }) => (kind === "root" ? [address] : [])));
        return roots.size === 2;
      });
    }
    await until("a link between the roots", () =>
      [relays.first, relays.second].some((root) => linksOf(root).some(({ kind }) => kind === "root")),
    );
    await carries(context, relays, relays.one, relays.two);
  });
});
