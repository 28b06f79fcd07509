/**
 * What the pages tell people to type works as it stands: commands are run, snippets are checked and run, and names of
 * options, scripts and metrics are names that there are.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { loadConfig } from "moq-relay";
import { NpmCrossing } from "../src/clients/npm-crossing.ts";
import { commandsOf, type Document, documents } from "../src/documents/document.ts";
import { freePort, portsTaken } from "../src/process/free-port.ts";
import { ourRelay } from "../src/process/our-relay.ts";
import { type Command, Program } from "../src/process/program.ts";
import { quicMissing } from "../src/process/quic-addon.ts";
import { randomOrder, SEED } from "../src/process/random-order.ts";
import { RelayProcess } from "../src/process/relay-process.ts";
import { until, within } from "../src/process/wait.ts";
import { CHECKOUT, typed, typedRelay, writtenRelay } from "../src/process/written-relay.ts";

const PAGES = documents();
const COMMANDS = PAGES.flatMap(commandsOf);
const LIMIT = { timeout: 120_000 };
const skip = ourRelay.missing() ?? false;

/** The cluster in README.md: its root, then its nodes. */
const CLUSTER = commandsIn("README.md").filter((text) => text.startsWith("npx moq-relay "));

/** The clients in README.md, those with an address for the cluster, those without for a relay that stands alone. */
const CLIENTS = commandsIn("README.md").filter((text) => text.startsWith("npx node examples/"));
const [PUBLISH, WATCH] = CLIENTS.filter((text) => !text.includes("http"));
const [PUBLISH_FIRST, WATCH_SECOND] = CLIENTS.filter((text) => text.includes("http"));
const [ANNOUNCED, FETCHED] = commandsIn("README.md").filter((text) => text.startsWith("curl "));

/** Benches with their options. Each is run here with all it has to measure taken away, and one of them small. */
const BENCHES = COMMANDS.map(({ text }) => text).filter((text) => text.startsWith("npm run bench -- "));

const CHECKED = commandsIn("docs/cluster.md");
const SCRAPES = commandsIn("docs/operations.md").filter((text) => text.startsWith("curl "));
const EMBEDDING = "npx node examples/relay.ts";
const ON_ANOTHER_PORT = "npx moq-relay --dev 4453";

/** Commands that are run here. */
const RUN_HERE = new Set<string | undefined>([
  "npm start",
  ...CLUSTER,
  ...CLIENTS,
  ANNOUNCED,
  FETCHED,
  ...BENCHES,
  ...SCRAPES,
  ...CHECKED,
  EMBEDDING,
  ON_ANOTHER_PORT,
]);

/** Commands that are not: the test that covers them, or why none does. */
const NOT_RUN_HERE: Readonly<Record<string, string>> = {
  "npm run demo": "lab/test/demo.test.ts runs it, in a browser",
  "npx moq-relay --check relay.toml": "packages/relay/src/cli/check.test.ts looks at such files",
  "npx moq-relay explain room/alice": "lab/test/looking-inside.test.ts runs it, in a cluster",
  "npx moq-relay ls room": "lab/test/looking-inside.test.ts runs it, in a cluster",
  "npx moq-relay nodes": "lab/test/looking-inside.test.ts runs it, in a cluster",
  "npm test": "it runs this; scripts/setup.test.ts tests what it does before",
  "npm run bench": "takes half an hour; each bench is run here with its options",
  "node lab/src/fuzz.ts --seconds 300": "takes five minutes; lab/test/fuzz.test.ts does the same for some seconds",
  "npm run sim -- --seeds 1..1000": "lab/sim/seeds.test.ts plays some of them",
  "npm run sim -- --seeds 1..20000 --keep-going": "takes half an hour; lab/sim/seeds.test.ts plays some of them",
  "npm run sim -- --seed 47 --verbose": "lab/sim/seeds.test.ts plays some of them",
  "npm run sim -- --topology ring5 --seeds 1..100": "lab/sim/seeds.test.ts plays some of them",
  "npm run sim -- --scale 1000 --broadcasts 100000": "takes minutes and gigabytes",
  "npm run interop -w lab": "lab/test/interop.test.ts tries the same, and compares",
  "npm run interop -w lab -- --rust-cli": "needs the Rust client; lab/test/interop.test.ts tries it where it is",
  "npm run mixed-clusters -w lab": "needs Rust relays, on which no test may depend",
  "npm run rust-relay -w lab": "compiles somebody else's program for ten minutes",
};

function commandsIn(page: string): string[] {
  return PAGES.filter(({ file }) => file === page)
    .flatMap(commandsOf)
    .map(({ text }) => text);
}

async function ends(what: string, command: Command, context: TestContext): Promise<string> {
  const program = new Program(what, command);
  context.after(() => program.stop("SIGKILL"));
  const code = await within(`the end of ${what}`, program.exited, LIMIT.timeout);
  const said = program.lines.join("\n");
  assert.equal(code, 0, `${what}: ${said}`);
  return said;
}

describe("commands in the pages", { skip }, () => {
  test("are all run, here or elsewhere, or it is said why not", (context) => {
    const known = new Set<string | undefined>([...RUN_HERE, ...Object.keys(NOT_RUN_HERE)]);
    assert.deepEqual(
      COMMANDS.filter(({ text }) => !known.has(text)),
      [],
    );
    const documented = new Set(COMMANDS.map(({ text }) => text));
    assert.deepEqual(
      [...known].filter((text) => text === undefined || !documented.has(text)),
      [],
    );
    for (const [command, why] of Object.entries(NOT_RUN_HERE)) {
      context.diagnostic(`not run here: ${command}: ${why}`);
      for (const [file] of why.matchAll(/\S+\.test\.ts/g)) assert.ok(existsSync(join(CHECKOUT, file)), file);
    }
  });

  test("stand in blocks that are indented or fenced as sh", () => {
    const stray = PAGES.flatMap(({ file, blocks }) =>
      blocks
        .filter(({ language }) => language !== "indented" && language !== "sh")
        .flatMap(({ line, lines }) => lines.map((text, at) => ({ where: `${file}:${line + at}`, text })))
        .filter(({ text }) => /^\s*(\$ )?(npm|npx|node|moq-relay(?! \d)|cargo|curl|apt(-get)?) /.test(text)),
    );
    assert.deepEqual(stray, []);
  });

  test("npm start: a relay that serves clients, with nothing configured", LIMIT, async (context) => {
    const taken = await portsTaken(4443);
    if (taken !== undefined) return context.skip(taken);
    const relay = await RelayProcess.start(typedRelay("npm start"), { port: 4443 });
    context.after(() => relay.stop("SIGKILL"));
    const crossing = new NpmCrossing(relay, relay);
    context.after(() => crossing.kill());
    await crossing.whole();
    assert.match(await (await fetch(`${relay.httpUrl}/`)).text(), /<title>moq-relay/);
    await clockIsSeen(PUBLISH ?? "", WATCH ?? "", context);
    assert.equal(await relay.stop("SIGINT"), 0, relay.log());
  });

  test("a relay on another port is in development mode as well", LIMIT, async (context) => {
    const taken = await portsTaken(4453);
    if (taken !== undefined) return context.skip(taken);
    const relay = await RelayProcess.start(typedRelay(ON_ANOTHER_PORT), { port: 4453 });
    context.after(() => relay.stop("SIGKILL"));
    assert.match(await (await fetch(`${relay.httpUrl}/`)).text(), /<title>moq-relay/);
    await relay.stop("SIGINT");
    assert.equal(await portsTaken(4453), undefined);
  });

  test("the cluster of three in README.md: publish at one node, watch at the other", LIMIT, async (context) => {
    const taken = await portsTaken(4440, 4443, 4444);
    if (taken !== undefined) return context.skip(taken);
    assert.equal(CLUSTER.length, 3);
    const order = randomOrder(CLUSTER, context.name);
    context.diagnostic(`seed ${SEED}: ${order.map((line) => portIn(line)).join(", then ")}`);
    const relays = new Map<number, RelayProcess>();
    for (const line of order) {
      const relay = await RelayProcess.start(typedRelay(line), { port: portIn(line) });
      context.after(() => relay.stop("SIGKILL"));
      relays.set(relay.port, relay);
    }
    const [from, to] = [relays.get(4443)!, relays.get(4444)!];
    const crossing = new NpmCrossing(from, to);
    context.after(() => crossing.kill());
    await crossing.whole();
    await clockIsSeen(PUBLISH_FIRST ?? "", WATCH_SECOND ?? "", context);
    await Promise.all([...relays.values()].map((relay) => relay.stop("SIGINT")));
    assert.equal(await portsTaken(4440, 4443, 4444), undefined);
  });

  for (const bench of BENCHES) {
    test(`${bench}: the bench and its options are there`, LIMIT, async (context) => {
      assert.match(await ends("the bench", typed(`${bench} --rounds 0`), context), /^### /m);
    });
  }

  test("npm run bench: fan-out, with few subscribers and for a second", LIMIT, async (context) => {
    const missing = quicMissing();
    if (missing !== undefined) return context.skip(missing);
    const line = "npm run bench -- fanout --rounds 1 --subscribers 10 --settle 1 --measure 1";
    assert.match(await ends("the bench", typed(line), context), /^\| moq-relay \(TypeScript\) \|/m);
  });
});

function portIn(line: string): number {
  return Number(/--dev (\d+)/.exec(line)?.[1]);
}

/** Runs the two examples; while they run, what they publish is listed and handed out by HTTP. */
async function clockIsSeen(publish: string, watch: string, context: TestContext): Promise<void> {
  const publisher = new Program(publish, typed(publish));
  context.after(() => publisher.stop("SIGKILL"));
  if (ANNOUNCED === undefined || FETCHED === undefined) assert.fail("README.md has no curl");
  // What a relay tells comes without delay once the publisher is there; the example does not say when that is.
  await until("the broadcast is listed", async () => /^hello$/m.test(await ends("curl", typed(ANNOUNCED), context)));
  const viewer = new Program(watch, typed(watch));
  context.after(() => viewer.stop("SIGKILL"));
  const time = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;
  await until("the clock", () => viewer.lines.filter((line) => time.test(line)).length > 1);
  assert.match(await ends("curl", typed(FETCHED.replace("curl", "curl -sf")), context), /\dZ$/);
  await Promise.all([publisher.stop("SIGINT"), viewer.stop("SIGINT")]);
}

describe("docs/cluster.md", { skip: quicMissing() ?? skip }, () => {
  test("two relays that know each other by fingerprint make a cluster", LIMIT, async (context) => {
    const taken = await portsTaken(4440, 4443);
    if (taken !== undefined) return context.skip(taken);
    const folder = await mkdtemp(join(CHECKOUT, "node_modules/.cache/checked-"));
    context.after(() => rm(folder, { recursive: true }));
    const inFolder = (line: string): Command => ({ ...typed(line.replace(/^npx /, "")), cwd: folder });
    let said = "";
    for (const line of CHECKED.filter((text) => text.startsWith("openssl"))) {
      const program = new Program("openssl", inFolder(line));
      assert.equal(await within("openssl", program.exited), 0, program.lines.join("\n"));
      said = program.lines.join("\n");
    }
    const page = PAGES.find(({ file }) => file === "docs/cluster.md");
    const block = page?.blocks.find(({ lines }) => lines[0] === "# nodes.toml") ?? assert.fail();
    const file = block.lines.join("\n");
    await writeFile(join(folder, "nodes.toml"), file.replace("AA:BB:…", /=([0-9A-F:]+)/.exec(said)?.[1] ?? ""));
    const relays: RelayProcess[] = [];
    for (const line of CHECKED.filter((text) => text.startsWith("npx"))) {
      const kind = { ...ourRelay, command: () => inFolder(line) };
      const relay = await RelayProcess.start(kind, { port: Number(/--listen \S+:(\d+)/.exec(line)?.[1]) });
      context.after(() => relay.stop("SIGKILL"));
      relays.push(relay);
    }
    const crossing = new NpmCrossing(relays[0]!, relays[1]!);
    context.after(() => crossing.kill());
    await crossing.whole();
    await Promise.all(relays.map((relay) => relay.stop("SIGINT")));
  });
});

describe("docs/operations.md", { skip }, () => {
  const page = PAGES.find(({ file }) => file === "docs/operations.md");

  test("the service is one process, which ends by SIGTERM", LIMIT, async (context) => {
    const unit = page?.blocks.find(({ language }) => language === "ini")?.lines ?? [];
    const start = unit.find((line) => line.startsWith("ExecStart="))?.slice("ExecStart=".length) ?? assert.fail();
    const folder = await mkdtemp(join(CHECKOUT, "node_modules/.cache/service-"));
    context.after(() => rm(folder, { recursive: true }));
    const [port, internal] = [await freePort(), await freePort()];
    const own = ['listen.tls.generate = "localhost"', 'auth.public = ""', `internal.listen = "127.0.0.1:${internal}"`];
    const ports = [`listen.bind = "127.0.0.1:${port}"`, `web.http.listen = "127.0.0.1:${port}"`];
    await writeFile(join(folder, "relay.toml"), [...ports, ...own, ""].join("\n"));
    const line = start.replaceAll("/opt/moq-relay", CHECKOUT).replace("/etc/moq", folder);
    const relay = await RelayProcess.start(typedRelay(line), { port });
    context.after(() => relay.stop("SIGKILL"));
    const { pid } = relay.program;
    const children = `/proc/${pid}/task/${pid}/children`;
    if (existsSync(children)) assert.equal(readFileSync(children, "utf8"), "");
    for (const text of SCRAPES) {
      await ends("curl", typed(text.replace("9090", String(internal)).replace("curl", "curl -sf")), context);
    }
    assert.equal(await relay.stop("SIGTERM"), 0);
  });
});

describe("examples", () => {
  test("are those in README.md, but for the comment above them", () => {
    const readme = PAGES.find(({ file }) => file === "README.md");
    const shown = readme?.blocks.filter(({ language }) => language === "js").map(({ lines }) => lines.join("\n"));
    const files = ["publish", "watch"].map((name) => readFileSync(join(CHECKOUT, `examples/${name}.mjs`), "utf8"));
    assert.deepEqual(
      shown,
      files.map((text) => text.replace(/^(\/\/.*\n)+/, "").trimEnd()),
    );
  });
});

describe("configurations in docs/config.md", { skip }, () => {
  const page = PAGES.find(({ file }) => file === "docs/config.md");
  const files = (page?.blocks ?? [])
    .filter(({ language }) => language === "toml")
    .map(({ lines }) => ({ name: lines[0]?.replace("# ", "") ?? "", text: `${lines.join("\n")}\n` }));

  test("are all right in themselves", () => {
    assert.deepEqual(
      files.map(({ name }) => name),
      ["relay.toml", "root.toml", "first.toml", "second.toml"],
    );
    for (const { name, text } of files) {
      const loaded = loadConfig({ argv: [name], environment: {}, readText: () => text });
      assert.deepEqual(loaded.kind === "refused" ? loaded.problems : [], [], name);
    }
  });

  test("of a cluster of three make one", LIMIT, async (context) => {
    const taken = await portsTaken(4440, 4443, 4444);
    if (taken !== undefined) return context.skip(taken);
    const folder = await mkdtemp(join(CHECKOUT, "node_modules/.cache/config-"));
    context.after(() => rm(folder, { recursive: true }));
    const relays: RelayProcess[] = [];
    for (const { name, text } of files.slice(1)) {
      await writeFile(join(folder, name), text);
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(text)?.[1]);
      const relay = await RelayProcess.start(writtenRelay([join(folder, name)]), { port });
      context.after(() => relay.stop("SIGKILL"));
      relays.push(relay);
    }
    const crossing = new NpmCrossing(relays[1]!, relays[2]!);
    context.after(() => crossing.kill());
    await crossing.whole();
    await Promise.all(relays.map((relay) => relay.stop("SIGINT")));
  });
});

describe("TypeScript in the pages", { skip }, () => {
  const snippets = PAGES.flatMap(({ file, blocks }) =>
    blocks
      .filter(({ language }) => language === "ts")
      .map(({ line, lines }) => ({ file, line, text: lines.join("\n") })),
  );
  for (const { file, line, text } of snippets) {
    test(`${file}:${line} has the right types`, LIMIT, async (context) => {
      const folder = await mkdtemp(join(CHECKOUT, "node_modules/.cache/snippet-"));
      context.after(() => rm(folder, { recursive: true }));
      await writeFile(join(folder, "snippet.ts"), `${text}\n`);
      const project = { extends: join(CHECKOUT, "tsconfig.json"), files: ["snippet.ts"], include: [], exclude: [] };
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify(project));
      await ends("tsc", typed(`tsc --project ${folder}`), context);
    });
  }

  test("docs/embedding.md: the example is the file, it serves, and Ctrl-C ends it", LIMIT, async (context) => {
    const [own] = snippets.filter(({ file }) => file === "docs/embedding.md");
    const text = readFileSync(join(CHECKOUT, "examples/relay.ts"), "utf8");
    assert.equal(own?.text, text.replace(/^(\/\/.*\n)+/, "").trimEnd());
    const program = new Program("the program", typed(EMBEDDING));
    context.after(() => program.stop("SIGKILL"));
    const url = await until("its address", () => /watch at (\S+)/.exec(program.lines.join("\n"))?.[1]);
    assert.equal((await fetch(url)).status, 200);
    await program.stop("SIGINT");
    await assert.rejects(fetch(url));
  });

  test("docs/embedding.md: a configuration of one's own starts and ends", LIMIT, async (context) => {
    const taken = await portsTaken(4453);
    if (taken !== undefined) return context.skip(taken);
    const [, own] = snippets.filter(({ file }) => file === "docs/embedding.md");
    const command = { ...typed("node --input-type=module-typescript -"), input: true, cwd: join(CHECKOUT, "lab") };
    const program = new Program("the program", command);
    context.after(() => program.stop("SIGKILL"));
    program.send(own?.text ?? "throw new Error('there is no snippet')");
    program.end();
    assert.equal(await within("the program's end", program.exited), 0, program.lines.join("\n"));
  });
});

describe("names in the pages", { skip }, () => {
  const mentions = (pages: readonly Document[], pattern: RegExp) =>
    pages.flatMap(({ file, text }) => [...text.matchAll(pattern)].map((match) => ({ file, name: match[1] ?? "" })));

  test("are scripts of npm, where somebody is told to run one", () => {
    const scripts = (file: string): Record<string, string> =>
      JSON.parse(readFileSync(join(CHECKOUT, file), "utf8")).scripts;
    const known = { own: scripts("package.json"), lab: scripts("lab/package.json") };
    const wrong = PAGES.flatMap(({ file, text }) =>
      [...text.matchAll(/npm run ([\w-]+)( -w lab)?/g)]
        .filter(([, name = "", workspace]) => !(name in known[workspace === undefined ? "own" : "lab"]))
        .map(([command]) => `${file}: ${command}`),
    );
    assert.deepEqual(wrong, []);
  });

  test("are options, where they look like one of the relay", () => {
    const reference = readFileSync(join(CHECKOUT, "docs/config.md"), "utf8");
    const pages = PAGES.filter(({ file }) => file === "README.md" || /^docs\/[^/]*$/.test(file));
    const withoutBenches = pages.map((page) => ({
      ...page,
      text: page.text.replaceAll(/npm run (bench|demo|interop|sim).*|^(RUN|COPY) .*/gm, ""),
    }));
    const options = mentions(withoutBenches, /(?<![\w-])(--[a-z][a-z-]*[a-z])/g);
    assert.ok(options.length > 10);
    assert.deepEqual(
      options.filter(({ name }) => !reference.includes(`\`${name}`)),
      [],
    );
  });

  test("are metrics of a running relay", LIMIT, async (context) => {
    const relay = await RelayProcess.start(ourRelay);
    context.after(() => relay.stop());
    const page = await (await fetch(`http://127.0.0.1:${relay.options.internalPort}/metrics`)).text();
    const metrics = mentions(PAGES, /`((?:moq|nodejs|process)_[a-z0-9_]+)`/g);
    assert.ok(metrics.length > 5);
    assert.deepEqual(
      metrics.filter(({ name }) => !page.includes(`# TYPE ${name} `)),
      [],
    );
  });

  test("are files of the checkout, where they are linked", () => {
    const missing = PAGES.flatMap(({ file, text }) =>
      [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map((match) => join(file, "..", match[1] ?? ""))
        .filter((path) => !existsSync(join(CHECKOUT, path)))
        .map((path) => `${file} links ${path}`),
    );
    assert.deepEqual(missing, []);
  });
});
