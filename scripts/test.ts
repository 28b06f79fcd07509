/**
 * All checks of the repository: linter, types, tests. Everything runs even where something before it failed, so that one
 * run tells all. Arguments are folders or files: then only the tests there run (`npm test -- packages/relay/src/config`).
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, globSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { installReferenceClient } from "./reference-client.ts";
import { Skips, withoutOutputOfPassing } from "./test-report.ts";

const ROOT = join(import.meta.dirname, "..");
const BIN = join(ROOT, "node_modules/.bin");

/** A test file that runs longer than this has hung, milliseconds. */
const PATIENCE = 15 * 60_000;

interface Counts {
  passed: number;
  failed: number;
}

// Children of the tests start TypeScript over and over; the cache has what came of it.
process.env.NODE_COMPILE_CACHE ??= join(ROOT, "node_modules/.cache/compiled");
process.chdir(ROOT);
process.exitCode = await main(process.argv.slice(2));

async function main(chosen: readonly string[]): Promise<number> {
  const total: Counts = { passed: 0, failed: 0 };
  const skips = new Skips();
  const wrong: string[] = [];
  const fast = filesOf(chosen, ["packages/*/src/**/*.test.ts", "scripts/**/*.test.ts", "lab/{src,sim}/**/*.test.ts"]);
  const slow = filesOf(chosen, ["lab/test/**/*.test.ts"]);
  if (chosen.length === 0) {
    if (
      !(await program("linter", "biome", [
        "check",
        "--no-errors-on-unmatched",
        "--files-ignore-unknown=true",
        ...tracked(),
      ]))
    )
      wrong.push("linter");
    if (!(await program("types", "tsc", ["--noEmit"]))) wrong.push("types");
  }
  if (slow.length > 0) {
    const said = installReferenceClient();
    if (said !== undefined) console.log(`set-up: ${said}`);
  }
  await tests(fast, 2, total, skips);
  // These start whole clusters and browsers, and say how long things take: one after the other.
  await tests(slow, 1, total, skips);
  for (const line of skips.lines()) console.log(line);
  if (wrong.length > 0) console.log(`failed besides tests: ${wrong.join(", ")}`);
  if (fast.length + slow.length === 0) console.log("there is no test");
  const { skipped, notApplicable } = skips;
  const counts = `${total.passed} passed, ${total.failed} failed, ${skipped} skipped for this machine`;
  console.log(`tests: ${counts}, ${notApplicable} not applicable`);
  return total.failed > 0 || wrong.length > 0 || total.passed === 0 ? 1 : 0;
}

/** What git tracks: what somebody has lying about in the checkout is no matter of ours. Everything where there is no git. */
function tracked(): string[] {
  const { status, stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: ROOT, encoding: "utf8" });
  const files = status === 0 ? stdout.split("\0").filter((file) => file !== "" && existsSync(join(ROOT, file))) : [];
  return files.length > 0 ? files : ["."];
}

/** Files that match, and are chosen or under a chosen folder. */
function filesOf(chosen: readonly string[], patterns: readonly string[]): string[] {
  const files = patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT }));
  const wanted = chosen.map((path) => (statSync(path).isDirectory() ? join(path, "/") : path));
  return files.filter((file) => wanted.length === 0 || wanted.some((path) => file.startsWith(path))).sort();
}

function program(name: string, file: string, args: readonly string[]): Promise<boolean> {
  const began = performance.now();
  const child = spawn(join(BIN, file), args, { stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", (code) => {
      console.log(`${name}: ${code === 0 ? "ok" : "failed"} (${((performance.now() - began) / 1_000).toFixed(1)} s)`);
      resolve(code === 0);
    });
  });
}

async function tests(files: string[], concurrency: number, total: Counts, skips: Skips): Promise<void> {
  if (files.length === 0) return;
  const stream = run({ files, concurrency, timeout: PATIENCE });
  stream.on("test:summary", ({ file, counts }) => {
    // Without a file it is the sum of all.
    if (file !== undefined) return;
    total.passed += counts.passed;
    total.failed += counts.tests - counts.passed - counts.skipped - counts.todo;
  });
  stream.on("test:pass", ({ name, skip }) => {
    if (skip !== undefined && skip !== false) skips.add(name, skip);
  });
  const shown = stream.compose(withoutOutputOfPassing).compose(new spec());
  for await (const part of shown) process.stdout.write(part);
}
