import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Inputs that are replayed for ever: one file for each target, one input a line, in hex, perhaps with a remark behind "#". */
const FOLDER = join(import.meta.dirname, "../../fuzz-corpus");

export function corpusFile(target: string): string {
  return join(FOLDER, `${target}.txt`);
}

/** The inputs of a target, none when it has no file. */
export function readCorpus(target: string): Uint8Array[] {
  return linesOf(target)
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((hex) => hex !== "")
    .map(fromHex);
}

/** Adds an input; `remark` says in a few words what it showed. An input that is there already is left alone. */
export function addToCorpus(target: string, input: Uint8Array, remark: string): void {
  const hex = toHex(input);
  const lines = linesOf(target);
  if (lines.some((line) => line.replace(/#.*/, "").trim() === hex)) return;
  const file = corpusFile(target);
  mkdirSync(dirname(file), { recursive: true });
  lines.push(remark === "" ? hex : `${hex} # ${remark.replaceAll(/\s+/g, " ").slice(0, 100)}`);
  writeFileSync(file, `${lines.join("\n")}\n`);
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));
}

function linesOf(target: string): string[] {
  const file = corpusFile(target);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "");
}
