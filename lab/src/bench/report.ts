import { appendFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { relative } from "node:path";

/** A row of a table: what is measured, by the name of its column. */
export type Row = Readonly<Record<string, string | number>>;

/** Prints a table in Markdown. Numbers are rounded to three digits; columns are those of the first row. */
export function printTable(title: string, rows: readonly Row[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  console.log(`\n### ${title}\n`);
  console.log(line(columns));
  console.log(line(columns.map(() => "---")));
  for (const row of rows) console.log(line(columns.map((column) => format(row[column]))));
}

/** Prints what a figure needs to be understood later: when, on what, by which command. */
export function printSetting(): void {
  const cores = cpus();
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GiB`;
  console.log(`${new Date().toISOString()} · ${cores.length} × ${cores[0]?.model} · ${memory} · Linux ${release()}`);
  console.log(`node ${process.version} · ${command()}`);
}

/** Keeps a result for later: a line of JSON in the file that MOQ_BENCH_OUT names, if it names one. */
export function keep(bench: string, result: Readonly<Record<string, unknown>>): void {
  const file = process.env.MOQ_BENCH_OUT;
  if (file === undefined) return;
  appendFileSync(file, `${JSON.stringify({ bench, at: new Date().toISOString(), command: command(), ...result })}\n`);
}

/** The middle one, or the mean of the two in the middle. NaN when there is none. */
export function median(values: readonly number[]): number {
  const ordered = [...values].sort((a, b) => a - b);
  const middle = ordered.length >> 1;
  if (ordered.length % 2 === 1) return ordered[middle] ?? Number.NaN;
  return ((ordered[middle - 1] ?? Number.NaN) + (ordered[middle] ?? Number.NaN)) / 2;
}

function command(): string {
  return ["node", relative(process.cwd(), process.argv[1] ?? ""), ...process.argv.slice(2)].join(" ");
}

function format(value: string | number | undefined): string {
  if (typeof value !== "number") return value ?? "–";
  if (!Number.isFinite(value)) return "–";
  return value >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
