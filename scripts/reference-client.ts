/**
 * Installs the reference client (PyPI `moq-rs`, with its own QUIC stack) where the lab looks for it. Where there is no
 * Python, or no package index, its tests are skipped and say so.
 */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";

const VERSION = "0.5.1";
const FOLDER = join(import.meta.dirname, "../node_modules/.cache/moq-rs-venv");
const PYTHON = join(FOLDER, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");

/** How long pip may take, milliseconds. */
const PATIENCE = 180_000;

/** Makes sure of the client. Gives one line on what was done or is missing; undefined when it was there. */
export function installReferenceClient(): string | undefined {
  if (process.env.MOQ_RS_PYTHON !== undefined || isInstalled()) return undefined;
  // A folder that an interrupted run has left would look like a complete one.
  rmSync(FOLDER, { recursive: true, force: true });
  const failure =
    attempt("python3", ["-m", "venv", FOLDER]) ??
    attempt(PYTHON, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", `moq-rs==${VERSION}`]);
  if (failure === undefined) return `the reference client moq-rs ${VERSION} was installed`;
  rmSync(FOLDER, { recursive: true, force: true });
  return `no reference client (moq-rs ${VERSION}), its tests are skipped: ${failure}`;
}

function isInstalled(): boolean {
  if (!existsSync(PYTHON)) return false;
  const code = `import importlib.metadata as m; raise SystemExit(m.version("moq-rs") != "${VERSION}")`;
  return spawnSync(PYTHON, ["-c", code], { stdio: "ignore" }).status === 0;
}

function attempt(program: string, args: readonly string[]): string | undefined {
  const { error, status, stderr, stdout } = spawnSync(program, args, { encoding: "utf8", timeout: PATIENCE });
  if (error !== undefined) return (error as NodeJS.ErrnoException).code === "ENOENT" ? `no ${program}` : error.message;
  if (status === 0) return undefined;
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  return lines.at(-1)?.trim() ?? `${program} ended with status ${status}`;
}
