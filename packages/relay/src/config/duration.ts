import { ValueError } from "./address.ts";

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads `250ms`, `10s`, `1m30s`, or a plain number of seconds; gives milliseconds. Throws `ValueError`. */
export function parseDuration(written: string | number): number {
  const text = String(written).trim();
  const milliseconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : sumOfParts(text);
  if (milliseconds === undefined || !Number.isSafeInteger(Math.round(milliseconds))) {
    throw new ValueError(`"${text}" is not a duration: write "10s", "250ms", "1m30s", or a number of seconds`);
  }
  return Math.round(milliseconds);
}

/** The same the other way: the shortest text that reads back to this many milliseconds. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return "0s";
  for (const unit of ["h", "m", "s"]) {
    if (milliseconds % UNITS[unit]! === 0) return `${milliseconds / UNITS[unit]!}${unit}`;
  }
  return `${milliseconds}ms`;
}

function sumOfParts(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?\s*(ms|s|min|m|h|d)\s*)+$/.test(text)) return undefined;
  let sum = 0;
  for (const part of text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|d)/g)) sum += Number(part[1]) * UNITS[part[2]!]!;
  return sum;
}
