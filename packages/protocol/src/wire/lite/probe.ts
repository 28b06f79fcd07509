import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** PROBE: how fast the way to you is, as its sender sees it. Any number on a probe stream (bidi 4). moq-lite 03-06. */
export interface Probe {
  /** Bits per second; 0 when unknown. */
  readonly bitrate: number;
  /** Round trip, milliseconds; 0 when unknown. Not on 03. */
  readonly rtt: number;
}

export function decodeProbe(cursor: Cursor, version: Version): Probe {
  requireMessage(version.probe !== "none", "PROBE", version);
  const bitrate = cursor.varint("bitrate");
  const rtt = version.probe === "rtt" ? cursor.varint("rtt") : 0;
  cursor.finish("PROBE");
  return { bitrate, rtt };
}

export function encodeProbe(writer: Writer, probe: Probe, version: Version): void {
  requireMessage(version.probe !== "none", "PROBE", version);
  const mark = writer.begin();
  writer.varint(probe.bitrate);
  if (version.probe === "rtt") writer.varint(probe.rtt);
  writer.end(mark);
}
