import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";

const LOCK = {
  packages: {
    "": {},
    lab: {},
    "node_modules/ws": { version: "8.0.0" },
    "node_modules/rare": { version: "1.0.0", optional: true },
  },
};

/** What a fake npm does: notes its arguments, and installs what the lock file names. */
const NPM = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
appendFileSync("npm.log", process.argv.slice(2).join(" ") + "\\n");
if (process.env.LOCK_LACKS && process.argv[2] === "ci") { console.error("npm error code EUSAGE"); process.exit(1); }
if (process.env.NPM_FAILS) { console.error("npm error code ENOTFOUND"); process.exit(1); }
mkdirSync("node_modules/node/bin", { recursive: true });
writeFileSync("node_modules/node/bin/node", "");
writeFileSync("node_modules/.package-lock.json", readFileSync("package-lock.json"));
`;

/** A checkout with the real set-up script and an addon whose build ends as told. */
async function checkout(t: TestContext, build: string): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "moq-relay-setup-"));
  t.after(() => rm(root, { recursive: true }));
  const files: Record<string, string> = {
    "package-lock.json": JSON.stringify(LOCK),
    "npm.mjs": NPM,
    "packages/quic/native/build.mjs": `import { existsSync } from "node:fs"; export const addonFile = import.meta.filename; export const build = () => (${build});`,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  await mkdir(join(root, "scripts"));
  await copyFile(join(import.meta.dirname, "setup.mjs"), join(root, "scripts/setup.mjs"));
  await chmod(join(root, "scripts/setup.mjs"), 0o755);
  return root;
}

function setUp(root: string, environment: Record<string, string> = {}): { status: number | null; said: string[] } {
  const env = { npm_execpath: join(root, "npm.mjs"), npm_node_execpath: process.execPath, ...environment };
  const ran = spawnSync(process.execPath, [join(root, "scripts/setup.mjs"), "--quiet"], { env, encoding: "utf8" });
  const said = `${ran.stdout}${ran.stderr}`.split("\n").filter((line) => line !== "");
  return { status: ran.status, said: said.map((line) => line.replace(/ \([\d.]+ s\)$/, "")) };
}

const KEPT = `{ state: "kept", detail: "up to date" }`;

test("a checkout without packages gets them once", async (t) => {
  const root = await checkout(t, KEPT);
  assert.deepEqual(setUp(root), {
    status: 0,
    said: ["set-up: npm ci: takes a minute", "set-up: packages installed in 0 s"],
  });
  assert.deepEqual(setUp(root), { status: 0, said: [] });
  assert.equal(await readFile(join(root, "npm.log"), "utf8"), "ci --loglevel=error\n");
});

test("a new lock file is installed, and one that npm was run on by hand is taken as it is", async (t) => {
  const root = await checkout(t, KEPT);
  setUp(root);
  const newer = JSON.stringify({ packages: { ...LOCK.packages, "node_modules/ws": { version: "8.0.1" } } });
  await writeFile(join(root, "package-lock.json"), newer);
  assert.match(setUp(root).said.join(), /packages installed/);
  const newest = newer.replace("8.0.1", "8.0.2");
  await writeFile(join(root, "package-lock.json"), newest);
  await writeFile(join(root, "node_modules/.package-lock.json"), newest);
  assert.deepEqual(setUp(root).said, []);
});

test("a lock file that lacks builds for other platforms is good enough", async (t) => {
  const root = await checkout(t, KEPT);
  assert.equal(setUp(root, { LOCK_LACKS: "1" }).status, 0);
  assert.match(await readFile(join(root, "npm.log"), "utf8"), /install --no-save/);
  assert.deepEqual(setUp(root).said, []);
});

test("a machine without cargo is told so in one line, and goes on", async (t) => {
  const root = await checkout(t, `{ state: "no-cargo", detail: "no Rust toolchain (cargo) found" }`);
  setUp(root);
  const again = setUp(root, { CI: "true" });
  assert.deepEqual(again, {
    status: 0,
    said: [
      "set-up: no Rust toolchain (cargo) found: WebSocket only; for QUIC and WebTransport install it from https://rustup.rs",
    ],
  });
});

test("an addon that cannot be built is no failure but in CI", async (t) => {
  const root = await checkout(t, `{ state: "failed", detail: "it does not compile" }`);
  assert.equal(setUp(root).status, 0);
  assert.deepEqual(setUp(root, { CI: "true" }), { status: 1, said: ["set-up: it does not compile: WebSocket only"] });
});

test("a build that takes long is seen to go on", async (t) => {
  // It ends when the test has seen the counter.
  const waiting = `(() => { while (!existsSync("seen")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50); return ${KEPT}; })()`;
  const root = await checkout(t, waiting);
  const env = { npm_execpath: join(root, "npm.mjs"), npm_node_execpath: process.execPath };
  const child = spawn(process.execPath, [join(root, "scripts/setup.mjs"), "--quiet"], { env, cwd: root });
  t.after(() => child.kill("SIGKILL"));
  for await (const part of child.stdout) {
    if (/still building the QUIC addon, \d+ s/.test(String(part))) await writeFile(join(root, "seen"), "");
  }
  assert.equal(child.exitCode ?? (await once(child, "exit"))[0], 0);
});

test("npm's failure is said in one line, and nothing counts as done", async (t) => {
  const root = await checkout(t, KEPT);
  const failed = setUp(root, { NPM_FAILS: "1" });
  assert.equal(failed.status, 1);
  assert.equal(failed.said.at(-1), "set-up: npm failed: npm error code ENOTFOUND");
  assert.match(setUp(root).said.join(), /packages installed/);
});

test("after the set-up every script runs by the Node that it installed, also the first time", async () => {
  const { scripts } = JSON.parse(await readFile(join(import.meta.dirname, "../package.json"), "utf8"));
  for (const [name, script] of Object.entries<string>(scripts)) {
    const [first, ...later] = script.split(" && ");
    if (!first?.startsWith("node scripts/setup.mjs")) continue;
    // A shell remembers where it found `node` before the set-up; `exec` and a path look anew.
    for (const command of later) assert.match(command, /^(exec |node_modules\/\.bin\/)/, `${name}: ${command}`);
  }
});
