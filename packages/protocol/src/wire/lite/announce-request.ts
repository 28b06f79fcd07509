import type { Cursor } from "../cursor.ts";
import { readPath } from "../path.ts";
import type { HopId } from "../varint.ts";
import type { Writer } from "../writer.ts";
import type { Version } from "./versions.ts";

/** ANNOUNCE_REQUEST: tell me what there is under a prefix. First message of an announce stream (bidi 1). moq-lite 01-06. */
export interface AnnounceRequest {
  /** Whole segments; "" is everything. */
  readonly prefix: string;
  /** 04 and 05: leave out routes through this hop, which is the asker; 0 for none. On 06 the Setup's hop does this. */
  readonly excludeHop: HopId;
}

export function decodeAnnounceRequest(cursor: Cursor, version: Version): AnnounceRequest {
  const prefix = readPath(cursor, "prefix");
  const excludeHop = version.excludeHop ? cursor.bigVarint("exclude hop") : 0n;
  cursor.finish("ANNOUNCE_REQUEST");
  return { prefix, excludeHop };
}

export function encodeAnnounceRequest(writer: Writer, request: AnnounceRequest, version: Version): void {
  const mark = writer.begin();
  writer.string(request.prefix);
  if (version.excludeHop) writer.bigVarint(request.excludeHop);
  writer.end(mark);
}
