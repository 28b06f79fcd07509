import { readFileSync } from "node:fs";

/** The version of this package, such as `0.1.0`. */
export function relayVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
