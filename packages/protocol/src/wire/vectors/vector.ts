import { VERSIONS, type Version, type VersionName } from "../lite/versions.ts";
import { MAX_COST } from "../varint.ts";

/** One line of `lite.txt`. */
export interface Vector {
  readonly name: string;
  readonly version: Version;
  readonly kind: string;
  readonly bytes: Uint8Array;
  readonly value: unknown;
  /** The bytes are how a peer may write the value, not how we do. */
  readonly decodeOnly: boolean;
}

/** Reads a file of vectors, one result for each line and version. */
export function parseVectors(text: string): Vector[] {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.flatMap((line) => {
    const [name, versions, kind, hex, json] = line.split(" | ") as [string, string, string, string, string];
    return versions.split(" ").map((number) => ({
      name,
      version: VERSIONS[`moq-lite-${number}` as VersionName],
      kind,
      bytes: Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex")),
      value: JSON.parse(json, revive),
      decodeOnly: name.endsWith("(decode only)"),
    }));
  });
}

const UTF8 = new TextEncoder();

/** JSON has neither bigints nor bytes: which fields are such is known by their names. */
function revive(key: string, value: unknown): unknown {
  if (value === "max") return MAX_COST;
  if (key === "hop" || key === "excludeHop" || key === "publisher") return BigInt(value as number);
  if (key === "hops") return (value as number[]).map(BigInt);
  if (key === "payload" || (key === "value" && typeof value === "string")) return UTF8.encode(value as string);
  return value;
}
