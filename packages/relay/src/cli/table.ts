import { clean } from "./text-line.ts";

/** Rows under headings, each column as wide as it must be; columns that are empty in all rows are left out. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const cleaned = rows.map((row) => row.map(clean));
  const used = headings.map((_, i) => i).filter((i) => cleaned.some((row) => row[i] !== ""));
  const widths = used.map((i) => Math.max(...[headings, ...cleaned].map((row) => row[i]!.length)));
  const line = (row: readonly string[]): string =>
    `${used.map((i, at) => row[i]!.padEnd(widths[at]!)).join("  ")}`.trimEnd();
  return [headings, ...cleaned].map((row) => `${line(row)}\n`).join("");
}

/** A span in its largest unit that leaves a small number: `12 s`, `3 h`. */
export function span(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1_000;
  const units = [
    ["d", 86_400],
    ["h", 3_600],
    ["min", 60],
  ] as const;
  const [unit, size] = units.find(([, one]) => seconds >= 2 * one) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}

/** A roundtrip: `0.3 ms`, `42 ms`; "" where it is unknown. */
export function roundtrip(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return "";
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** `3 nodes`, `1 node`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
