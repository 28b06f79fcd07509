const COLOURS: Readonly<Record<string, string>> = {
  trace: "\x1b[90m",
  debug: "\x1b[36m",
  info: "\x1b[32m",
  warn: "\x1b[33m",
  error: "\x1b[31m",
};

/** A JSON record of the log as a line for people: `20:15:01.250 info  message  key=value`. */
export function textLine(json: string, colour: boolean): string {
  const { level, time, msg, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const label = String(level).padEnd(5);
  const painted = colour ? `${COLOURS[String(level)] ?? ""}${label}\x1b[0m` : label;
  const pairs = Object.entries(fields).map(([key, value]) => `${key}=${printable(value)}`);
  return `${String(time).slice(11, 23)} ${painted} ${[clean(String(msg)), ...pairs].join("  ")}\n`;
}

function printable(value: unknown): string {
  const text = clean(typeof value === "string" ? value : JSON.stringify(value));
  return /\s/.test(text) ? JSON.stringify(text) : text;
}

/** Without control characters: those of a peer must not reach the terminal. */
export function clean(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, "·");
}
