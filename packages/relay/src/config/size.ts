import { totalmem } from "node:os";
import { ValueError } from "./address.ts";

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** Reads `64MiB`, `512MB`, or a plain number of bytes; gives bytes. Throws `ValueError`. */
export function parseSize(written: string | number): number {
  const text = String(written).trim();
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text);
  const unit = match === null ? undefined : match[2] === "" ? 1 : UNITS[match[2]!.toLowerCase()];
  const bytes = unit === undefined ? Number.NaN : Math.round(Number(match![1]) * unit);
  if (!Number.isSafeInteger(bytes)) {
    throw new ValueError(`"${text}" is not a size: write "64MiB", "512MB", or a number of bytes`);
  }
  return bytes;
}

/** The same, and `25%` of the memory that this process may use. */
export function parseMemory(written: string | number): number {
  const percent = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(String(written));
  if (percent === null) return parseSize(written);
  const share = Number(percent[1]);
  if (share <= 0 || share > 100) throw new ValueError(`"${written}": a share of memory is between 0% and 100%`);
  return Math.floor((availableMemory() * share) / 100);
}

/** The shortest text that reads back to this many bytes. */
export function formatSize(bytes: number): string {
  for (const [unit, factor] of [
    ["GiB", UNITS.gib!],
    ["MiB", UNITS.mib!],
    ["KiB", UNITS.kib!],
  ] as const) {
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

/** Memory of the machine, or of the control group that holds this process where that is less. */
export function availableMemory(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
