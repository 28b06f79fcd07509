import type { Cursor } from "../cursor.ts";
import { MAX_URI } from "../limits.ts";
import type { Writer } from "../writer.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** GOAWAY: I will close; connect elsewhere. The one message of a goaway stream (bidi 5). moq-lite 04-06. */
export interface Goaway {
  /** Where to; "" for the same place again. At most `MAX_URI` bytes. */
  readonly uri: string;
}

export function decodeGoaway(cursor: Cursor, version: Version): Goaway {
  requireMessage(version.goaway, "GOAWAY", version);
  const uri = cursor.string("uri", MAX_URI);
  cursor.finish("GOAWAY");
  return { uri };
}

export function encodeGoaway(writer: Writer, goaway: Goaway, version: Version): void {
  requireMessage(version.goaway, "GOAWAY", version);
  const mark = writer.begin();
  writer.string(goaway.uri);
  writer.end(mark);
}
