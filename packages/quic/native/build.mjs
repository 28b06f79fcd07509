// Builds the addon with cargo, unless its sources are those of the last build. Plain JavaScript without dependencies: the
// set-up script runs it with whatever Node there is (20 or later).

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const target = join(here, "target");
const stateFile = join(target, "last-build.json");

/** Where the addon is put, and where `src/native.ts` looks for it. */
export const addonFile = join(here, `moq-relay-quic.${process.platform}-${process.arch}.node`);

const LIBRARY =
  {
    darwin: "libmoq_relay_quic.dylib",
    win32: "moq_relay_quic.dll",
  }[process.platform] ?? "libmoq_relay_quic.so";

function sourceFiles() {
  const rust = readdirSync(join(here, "src"))
    .filter((name) => name.endsWith(".rs"))
    .sort();
  return ["Cargo.toml", "Cargo.lock", "build.rs", ...rust.map((name) => join("src", name))];
}

function hashSources() {
  const hash = createHash("sha256");
  for (const name of sourceFiles())
    hash
      .update(name)
      .update("\0")
      .update(readFileSync(join(here, name)))
      .update("\0");
  return hash.digest("hex");
}

function findCargo() {
  const name = process.platform === "win32" ? "cargo.exe" : "cargo";
  // Only where the shell would look too: whoever takes it off PATH wants a relay without QUIC.
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

// Asking rustc for its version takes longer than all the rest, so its identity is read off its files.
function toolchain(cargo) {
  const rustup = process.env.RUSTUP_HOME ?? join(homedir(), ".rustup");
  const settings = join(rustup, "settings.toml");
  const parts = [process.env.RUSTUP_TOOLCHAIN ?? "", process.env.RUSTFLAGS ?? "", stamp(cargo)];
  if (existsSync(settings)) parts.push(readFileSync(settings, "utf8"));
  const hashes = join(rustup, "update-hashes");
  if (existsSync(hashes)) {
    for (const name of readdirSync(hashes).sort()) parts.push(name, readFileSync(join(hashes, name), "utf8"));
  }
  return createHash("sha256").update(parts.join("\0")).digest("hex");
}

function stamp(file) {
  const { size, mtimeMs } = statSync(file);
  return `${file} ${size} ${mtimeMs}`;
}

function lastBuild() {
  try {
    return JSON.parse(readFileSync(stateFile, "utf8"));
  } catch {
    return {};
  }
}

function firstError(output) {
  const lines = output.split("\n").map((line) => line.trim());
  return (
    lines.find((line) => line.startsWith("error")) ?? lines.findLast((line) => line !== "") ?? "cargo said nothing"
  );
}

function compile(cargo, quiet) {
  const { status, error, stderr } = spawnSync(cargo, ["build", "--release", "--locked", "--target-dir", target], {
    cwd: here,
    stdio: ["ignore", "ignore", quiet ? "pipe" : "inherit"],
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (error) return error.message;
  if (status !== 0) return quiet ? firstError(stderr) : `cargo ended with status ${status}`;
  // A process may have the old file mapped: it is replaced, not overwritten.
  const fresh = `${addonFile}.${process.pid}`;
  copyFileSync(join(target, "release", LIBRARY), fresh);
  renameSync(fresh, addonFile);
  return undefined;
}

/**
 * Brings the addon up to date. `quiet` keeps cargo's progress to itself.
 *
 * `state` is "kept" (nothing to do), "built", "no-cargo" or "failed"; `detail` is one line for people. Never throws.
 *
 * @param {{ quiet?: boolean }} [options]
 * @returns {{ state: "kept" | "built" | "no-cargo" | "failed", detail: string }}
 */
export function build({ quiet = false } = {}) {
  try {
    const sources = hashSources();
    const cargo = findCargo();
    const last = lastBuild();
    const same = existsSync(addonFile) && last.sources === sources;
    if (cargo === undefined) {
      if (same) return { state: "kept", detail: "the QUIC addon is up to date" };
      return { state: "no-cargo", detail: "no Rust toolchain (cargo) found: QUIC and WebTransport are not available" };
    }
    const tools = toolchain(cargo);
    if (same && last.tools === tools) return { state: "kept", detail: "the QUIC addon is up to date" };
    const start = Date.now();
    const failure = compile(cargo, quiet);
    if (failure !== undefined) return { state: "failed", detail: `the QUIC addon could not be built: ${failure}` };
    mkdirSync(target, { recursive: true });
    writeFileSync(stateFile, JSON.stringify({ sources, tools }));
    return { state: "built", detail: `the QUIC addon was built in ${Math.round((Date.now() - start) / 1000)} s` };
  } catch (error) {
    return { state: "failed", detail: `the QUIC addon could not be built: ${error.message}` };
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { state, detail } = build({ quiet: process.argv.includes("--quiet") });
  console.log(detail);
  process.exitCode = state === "failed" ? 1 : 0;
}
