import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** SESSION_INFO: may follow the SETUP exchange on its stream, any number of times. moq-lite 01 and 02. */
export interface SessionInfo {
  /** Bits per second; 0 when unknown. */
  readonly bitrate: number;
}

export function decodeSessionInfo(cursor: Cursor, version: Version): SessionInfo {
  requireMessage(version.sessionInfo, "SESSION_INFO", version);
  const bitrate = cursor.varint("bitrate");
  cursor.finish("SESSION_INFO");
  return { bitrate };
}

export function encodeSessionInfo(writer: Writer, info: SessionInfo, version: Version): void {
  requireMessage(version.sessionInfo, "SESSION_INFO", version);
  const mark = writer.begin();
  writer.varint(info.bitrate);
  writer.end(mark);
}
