import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** A version of the Rust relay, and where its binary is. */
export interface RustBuild {
  readonly version: string;
  /** The variable that names another binary. */
  readonly variable: string;
  /** The folder below node_modules/.cache into which it is installed. */
  readonly folder: string;
}

/** The binary of a build. */
export function binaryOf({ variable, folder }: RustBuild): string {
  const installed = resolve(import.meta.dirname, `../../../node_modules/.cache/${folder}/bin/moq-relay`);
  return process.env[variable] ?? installed;
}

/** How to get the binary, when it is not there. */
export function buildMissing(build: RustBuild): string | undefined {
  if (existsSync(binaryOf(build))) return undefined;
  const install = `cargo install moq-relay@${build.version} --locked --root node_modules/.cache/${build.folder}`;
  return `the Rust relay ${build.version} is not installed (${install}, or name its binary in ${build.variable})`;
}
