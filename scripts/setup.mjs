#!/usr/bin/env node
// Brings a checkout to where it runs: npm packages, the QUIC addon. For any Node from 20, without dependencies, because it
// runs before there are any. `npm start` and `npm test` begin with it; when all is there it takes a moment and says nothing.
//
//   --quiet   say only what is done or missing, and keep the tools' own output back
//
// A missing Rust toolchain is no failure: the relay then serves WebSocket only. In CI an addon that cannot be built is.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const MODULES = join(ROOT, "node_modules");
const MARKER = join(MODULES, ".moq-relay-setup");
const NODE = join(MODULES, "node", "bin", process.platform === "win32" ? "node.exe" : "node");
const quiet = process.argv.includes("--quiet");

/** From the second second on, says how long it has taken: on a terminal in one line, elsewhere in a line every 15 s. */
const COUNTER = `
const { writeSync } = require("node:fs");
const { workerData } = require("node:worker_threads");
const began = Date.now();
let said = -Infinity;
setInterval(() => {
  const seconds = Math.round((Date.now() - began) / 1000);
  if (seconds < 2 || (!workerData.tty && seconds - said < 15)) return;
  said = seconds;
  const text = "set-up: still building the QUIC addon, " + seconds + " s";
  writeSync(1, workerData.tty ? "\\r" + text + " \\r" : text + "\\n");
}, 1000);
`;

process.exitCode = await main();

async function main() {
  const began = performance.now();
  if (Number(process.versions.node.split(".")[0]) < 20) {
    console.error(`set-up: Node ${process.versions.node} is too old, 20 or later is needed`);
    return 1;
  }
  const packages = installPackages();
  if (packages.failure) {
    console.error(`set-up: ${packages.failure}`);
    return 1;
  }
  const addon = await buildAddon();
  const missing = addon.state === "kept" || addon.state === "built" ? undefined : addon.detail;
  const done = [packages.done, addon.state === "built" ? addon.detail : undefined, missing].filter(Boolean);
  const took = `${((performance.now() - began) / 1000).toFixed(2)} s`;
  const advice = addon.state === "no-cargo" ? "; for QUIC and WebTransport install it from https://rustup.rs" : "";
  if (done.length > 0) console.log(`set-up: ${done.join("; ")}${missing ? `: WebSocket only${advice}` : ""} (${took})`);
  else if (!quiet) console.log(`set-up: everything is there (${took})`);
  return addon.state === "failed" && process.env.CI ? 1 : 0;
}

/** Installs what package-lock.json names, unless it is there. */
function installPackages() {
  const lock = readFileSync(join(ROOT, "package-lock.json"));
  const wanted = createHash("sha256").update(lock).update(process.platform).update(process.arch).digest("hex");
  if (read(MARKER) === wanted && existsSync(NODE)) return {};
  // Somebody may have run npm by hand: what it notes of the installed packages is as good as our own mark.
  const installed = matches(JSON.parse(lock.toString()), read(join(MODULES, ".package-lock.json")));
  const began = performance.now();
  if (!installed) {
    let failure = npm(["ci"]);
    // A registry that lacks the builds for some other platform leaves them out of the lock file, and `ci` refuses that.
    if (failure?.includes("EUSAGE")) failure = npm(["install", "--no-save"]);
    if (failure) return { failure: `npm failed: ${failure}` };
  }
  if (!existsSync(NODE)) {
    // npm may hold install scripts back until they are approved; this one only puts the program in its place.
    const failure = npm(["rebuild", "node"]);
    if (failure || !existsSync(NODE))
      return { failure: `the package "node" is not complete: ${failure || "approve its install script"}` };
  }
  writeFileSync(MARKER, wanted);
  return installed ? {} : { done: `packages installed in ${Math.round((performance.now() - began) / 1000)} s` };
}

/** Whether every package of the lock file that this machine needs is installed in its version. */
function matches(lock, hidden) {
  if (hidden === undefined) return false;
  const there = JSON.parse(hidden).packages;
  return Object.entries(lock.packages).every(([path, { version, link, optional, devOptional }]) => {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) return true;
    return link || optional || devOptional || there[path]?.version === version;
  });
}

/** Runs npm. Gives what went wrong, in a line. */
function npm(args) {
  const { npm_execpath: cli, npm_node_execpath: node } = process.env;
  // Started by npm: the same npm, on the Node that it runs on (the one in node_modules is about to be replaced).
  const [program, first] = cli && node ? [node, [cli]] : ["npm", []];
  console.log(`set-up: npm ${args.join(" ")}: takes a minute`);
  const { status, error, stderr } = spawnSync(program, [...first, ...args, "--loglevel=error"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    shell: process.platform === "win32" && program === "npm",
  });
  if (error) return error.message;
  if (status === 0) return undefined;
  if (!quiet) console.error(stderr);
  return stderr.split("\n").find((line) => line.includes("error")) ?? `status ${status}`;
}

async function buildAddon() {
  const script = join(ROOT, "packages/quic/native/build.mjs");
  if (!existsSync(script)) return { state: "failed", detail: "the sources of the QUIC addon are not there" };
  const { addonFile, build } = await import(pathToFileURL(script).href);
  if (!existsSync(addonFile) && hasCargo()) console.log("set-up: building the QUIC addon: takes two minutes or so");
  // Building keeps this thread busy, and one that takes long must be seen to go on.
  const counter = new Worker(COUNTER, { eval: true, workerData: { tty: process.stdout.isTTY === true } });
  try {
    return build({ quiet });
  } finally {
    await counter.terminate();
  }
}

function hasCargo() {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.some((folder) => existsSync(join(folder, process.platform === "win32" ? "cargo.exe" : "cargo")));
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
