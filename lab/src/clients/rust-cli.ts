import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const VERSION = "0.14.10";

/** The Rust command line, from crates.io: the crate moq-cli, whose binary is `moq`. */
export const RUST_CLI: string = `moq-cli ${VERSION}`;

/** Why it cannot be run here, in a line; undefined when it can. */
export function rustCliMissing(): string | undefined {
  const { MOQ_CLI } = process.env;
  const missing = `MOQ_CLI names no binary of ${RUST_CLI} (cargo install moq-cli@${VERSION})`;
  if (MOQ_CLI === undefined || !existsSync(MOQ_CLI)) return missing;
  const { stdout } = spawnSync(MOQ_CLI, ["--version"], { encoding: "utf8" });
  return stdout?.trim() === `moq ${VERSION}` ? undefined : missing;
}

/** The binary. */
export function rustCli(): string {
  return process.env.MOQ_CLI ?? "moq";
}
