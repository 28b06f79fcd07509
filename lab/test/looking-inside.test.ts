/** What the commands that ask a running relay tell of a cluster of three, to people and to programs. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { NpmCrossing } from "../src/clients/npm-crossing.ts";
import { commandsOf, documents } from "../src/documents/document.ts";
import { freePort } from "../src/process/free-port.ts";
import { ourRelay, RELAY_PROGRAM } from "../src/process/our-relay.ts";
import { Program } from "../src/process/program.ts";
import { plainEnvironment } from "../src/process/relay-kind.ts";
import type { RelayProcess } from "../src/process/relay-process.ts";
import { startThreeNodes, type ThreeNodes } from "../src/process/three-nodes.ts";
import { until, within } from "../src/process/wait.ts";
import { CHECKOUT, typed } from "../src/process/written-relay.ts";

const LIMIT = { timeout: 120_000 };
const ROOM = "room/alice";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

async function ask(words: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const env = { ...plainEnvironment(), ...variables };
  const child = spawn(process.execPath, [RELAY_PROGRAM, ...words], { env, stdio: ["ignore", "pipe", "pipe"] });
  const texts = Promise.all([child.stdout, child.stderr].map(async (stream) => (await stream.toArray()).join("")));
  const [code] = (await once(child as ChildProcess, "close")) as [number | null];
  const [out = "", error = ""] = await texts;
  return { code, out, error };
}

const at = (relay: RelayProcess): string[] => ["--at", `127.0.0.1:${relay.options.internalPort}`];

async function json<T>(...words: string[]): Promise<T> {
  const { code, out, error } = await ask([...words, "--json"]);
  assert.equal(code, 0, error);
  return JSON.parse(out) as T;
}

/** Columns of the line that has this word in the first of them. */
function row(out: string, first: string): string[] {
  const line = out.split("\n").find((text) => text.startsWith(first));
  return line?.split(/ {2,}/) ?? assert.fail(`no line for ${first} in\n${out}`);
}

describe("a cluster of three with a broadcast", { skip: ourRelay.missing() ?? false }, () => {
  test("is told by explain, ls and nodes", LIMIT, async (context) => {
    const cluster = await startThreeNodes(ourRelay);
    context.after(() => cluster.stop());
    const crossing = new NpmCrossing(cluster.entry, cluster.exit, { broadcast: ROOM });
    context.after(() => crossing.kill());
    await crossing.reaches();
    await context.test("explain: where it is, which way it takes, why not the other, who reads it", () =>
      explained(cluster),
    );
    await context.test("ls: all of the cluster, at any of its nodes", () => listed(cluster));
    await context.test("nodes: what each of them says of itself", () => nodes(cluster));
    await context.test("as docs/operations.md says to type it", () => documented(context, cluster.exit));
    await context.test("nodes, when the root is gone: who is linked still says how it is", () => rootless(cluster));
  });
});

interface Explained {
  readonly found: boolean;
  readonly ways: readonly {
    readonly taken: boolean;
    readonly whyNot?: string;
    readonly at: { readonly address: string };
    readonly link: { readonly node: string; readonly rtt?: number };
  }[];
  readonly tracks: readonly { readonly track: string; readonly readers: number }[];
}

async function explained({ root, entry, exit }: ThreeNodes): Promise<void> {
  const address = `127.0.0.1:${entry.port}`;
  // At first it comes over the root; the link of its own stands a little later.
  const answer = await until("a direct way", async () => {
    const told = await json<Explained>("explain", ROOM, ...at(exit));
    return told.ways.some(({ taken, link }) => taken && link.node === address) && told;
  });
  const other = answer.ways.find(({ link }) => link.node === `127.0.0.1:${root.port}`);
  assert.ok(other === undefined || (other.whyNot ?? "") !== "", JSON.stringify(answer));
  assert.equal(answer.ways.find(({ taken }) => taken)?.at.address, address);
  assert.deepEqual(
    answer.tracks.map(({ track, readers }) => [track, readers]),
    [["frames", 1]],
  );
  const { code, out } = await ask(["explain", ROOM, ...at(exit)]);
  assert.equal(code, 0);
  assert.match(out, new RegExp(`^room/alice: published at ${address} by [0-9a-f]+, since \\d+ s\\.$`, "m"));
  assert.match(out, new RegExp(`^-> .* > ${address} > here +${address} +moq-lite-\\d\\d `, "m"));
  assert.deepEqual(row(out, "frames").slice(1, 2), ["1"]);
  const nobody = await ask(["explain", "room/nobody", ...at(exit)]);
  assert.deepEqual([nobody.code, nobody.out], [1, "room/nobody: nobody has it.\n"]);
}

async function listed({ root, entry, exit }: ThreeNodes): Promise<void> {
  for (const relay of [root, entry, exit]) {
    const { code, out } = await ask(["ls", ...at(relay)]);
    assert.equal(code, 0);
    assert.deepEqual(row(out, ROOM).slice(0, 2), [ROOM, `127.0.0.1:${entry.port}`], out);
    assert.match(out, /^1 broadcast\.$/m);
  }
  assert.deepEqual(row((await ask(["ls", "room", ...at(exit)])).out, ROOM).slice(2), ["1", "frames"]);
  assert.deepEqual(await ask(["ls", "elsewhere", ...at(root)]), { code: 0, out: "0 broadcasts.\n", error: "" });
  const { broadcasts } = await json<{ broadcasts: { name: string }[] }>("ls", ...at(root));
  assert.deepEqual(
    broadcasts.map(({ name }) => name),
    [ROOM],
  );
}

interface Told {
  readonly complete: boolean;
  readonly nodes: readonly {
    readonly address: string;
    readonly self: boolean;
    readonly linked: boolean;
    readonly root?: boolean;
    readonly rtt?: number;
    readonly version?: string;
    readonly load?: number;
    readonly draining?: boolean;
    readonly links?: readonly unknown[];
  }[];
}

async function nodes({ root, entry, exit }: ThreeNodes): Promise<void> {
  const { complete, nodes: all } = await json<Told>("nodes", ...at(root));
  assert.equal(complete, true);
  const addresses = [entry, exit].map(({ port }) => `127.0.0.1:${port}`).sort();
  assert.deepEqual(
    all.map(({ address, self, root: isRoot, linked, draining }) => [address, self, isRoot, linked, draining]),
    [
      [`127.0.0.1:${root.port}`, true, true, false, false],
      ...addresses.map((address) => [address, false, false, true, false]),
    ],
  );
  for (const { version, load, links } of all) {
    assert.match(version ?? "", /^\d+\.\d+\.\d+$/);
    assert.ok(load !== undefined && load >= 0 && load <= 1, `${load}`);
    assert.ok((links?.length ?? 0) > 0);
  }
  assert.ok(all.slice(1).every(({ rtt = -1 }) => rtt >= 0));
  const { out } = await ask(["nodes", ...at(entry)]);
  assert.match(row(out, `127.0.0.1:${entry.port} (asked)`)[2] ?? "", /^node$/);
  assert.match(row(out, `127.0.0.1:${root.port}`)[2] ?? "", /^root$/);
  assert.match(out, /^3 nodes\.$/m);
}

async function rootless({ root, entry, exit }: ThreeNodes): Promise<void> {
  await root.stop("SIGKILL");
  const { nodes: all } = await json<Told>("nodes", ...at(exit));
  const told = all.map(({ address, linked, version }) => [address, linked, version !== undefined] as const);
  assert.deepEqual(
    told.filter(([address]) => address === `127.0.0.1:${entry.port}`),
    [[`127.0.0.1:${entry.port}`, true, true]],
  );
  assert.ok(told.every(([address, , says]) => !says || address !== `127.0.0.1:${root.port}`));
}

/** The commands of the page, asked of a relay whose address the environment has. */
async function documented(context: TestContext, { options }: RelayProcess): Promise<void> {
  const lines = documents()
    .filter(({ file }) => file === "docs/operations.md")
    .flatMap(commandsOf)
    .filter(({ text }) => /^npx moq-relay (explain|ls|nodes)\b/.test(text));
  assert.equal(lines.length, 3);
  for (const { text } of lines) {
    const command = typed(text);
    const env = { ...command.env, MOQ_INTERNAL_LISTEN: `127.0.0.1:${options.internalPort}` };
    const program = new Program(text, { ...command, env });
    context.after(() => program.stop("SIGKILL"));
    assert.equal(await within(text, program.exited), 0, program.lines.join("\n"));
    context.diagnostic(program.lines.join("\n"));
  }
}

describe("where the relay is that is asked", { skip: ourRelay.missing() ?? false }, () => {
  async function answering(context: TestContext, status: number, body: string): Promise<number> {
    const type = status === 200 ? "application/json" : "text/plain";
    const server = createServer((_, response) => response.writeHead(status, { "content-type": type }).end(body));
    context.after(() => server.close());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as { port: number }).port;
  }

  test("is said by a flag, the environment, the relay's file, or a URL", LIMIT, async (context) => {
    const port = await answering(context, 200, '{"cluster":false,"complete":true,"nodes":[]}');
    const folder = await mkdtemp(join(CHECKOUT, "node_modules/.cache/inside-"));
    context.after(() => rm(folder, { recursive: true }));
    const file = join(folder, "relay.toml");
    await writeFile(file, `auth.public = "anon"\ninternal.listen = "0.0.0.0:${port}"\n`);
    const answer = { code: 0, out: "This relay is in no cluster.\n", error: "" };
    assert.deepEqual(await ask(["nodes", "--internal-listen", `127.0.0.1:${port}`]), answer);
    assert.deepEqual(await ask(["nodes"], { MOQ_INTERNAL_LISTEN: `127.0.0.1:${port}` }), answer);
    assert.deepEqual(await ask(["nodes", "--at", file]), answer);
    assert.deepEqual(await ask(["nodes", "--at", `http://localhost:${port}/`]), answer);
  });

  test("is guessed where nobody says, and when nobody is there it is said what to type", LIMIT, async (context) => {
    const port = await freePort();
    const nobody = await ask(["ls", "--at", `127.0.0.1:${port}`]);
    assert.equal(nobody.code, 1);
    assert.match(nobody.error, new RegExp(`no relay answers at http://127\\.0\\.0\\.1:${port}: nobody listens there`));
    const other = await answering(context, 404, "not here");
    const wrong = await ask(["ls", "--at", `127.0.0.1:${other}`]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.error, /is not the internal listener of a relay \(status 404\)/);
    const guessed = await ask(["nodes"]);
    if (guessed.code === 0) return context.diagnostic("a relay has the port of the default");
    assert.match(guessed.error, /at http:\/\/127\.0\.0\.1:9090/);
    assert.match(guessed.error, /--internal-listen 127\.0\.0\.1:9090|internal listener/);
  });

  test("what is not asked rightly ends with 2, and says what would be", LIMIT, async (context) => {
    const folder = await mkdtemp(join(CHECKOUT, "node_modules/.cache/inside-"));
    context.after(() => rm(folder, { recursive: true }));
    const closed = join(folder, "relay.toml");
    await writeFile(closed, 'auth.public = "anon"\n');
    const cases: readonly [readonly string[], RegExp][] = [
      [["explain"], /explain needs a broadcast/],
      [["nodes", "of"], /too much: of/],
      [["ls", "--colour"], /Unknown option '--colour'/],
      [["ls", "--at", "ftp://a"], /"ftp:\/\/a" is not a URL/],
      [["ls", "--at", join(folder, "gone.toml")], /gone\.toml: there is no such file/],
      [["ls", "--at", closed], /has no internal listener[\s\S]*internal\.listen = "127\.0\.0\.1:9090"/],
      [["ls", "--internal-listen", "x"], /--internal-listen: "x"/],
      [["ls", "--internal-listen", ":0"], /the system chose the port/],
    ];
    for (const [words, said] of cases) {
      const { code, out, error } = await ask(words);
      assert.deepEqual([code, out], [2, ""], words.join(" "));
      assert.match(error, said);
    }
    assert.match((await ask(["explain", "--help"])).out, /moq-relay explain BROADCAST/);
    assert.match((await ask(["./ls"])).error, /\.\/ls: there is no such file/);
  });
});
