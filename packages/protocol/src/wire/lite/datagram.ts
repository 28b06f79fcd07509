import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** A datagram: a group of one frame that was never put on a stream. At most `MAX_DATAGRAM` bytes. moq-lite 05 and 06. */
export interface Datagram {
  /** The id of the subscription. */
  readonly subscription: number;
  /** Its number among the groups of the track. */
  readonly sequence: number;
  /** In units of the track's timescale, absolute. */
  readonly timestamp: number;
  /** When decoded: a view on the datagram. */
  readonly payload: Uint8Array;
}

export function decodeDatagram(cursor: Cursor, version: Version): Datagram {
  requireMessage(version.datagrams, "datagram", version);
  const subscription = cursor.varint("subscription id");
  const sequence = cursor.varint("group");
  const timestamp = cursor.varint("timestamp");
  const payload = cursor.take("payload", cursor.remaining);
  return { subscription, sequence, timestamp, payload };
}

/** Writes the datagram. It has no length prefix. */
export function encodeDatagram(writer: Writer, datagram: Datagram, version: Version): void {
  encodeDatagramHeader(writer, datagram, version);
  writer.raw(datagram.payload);
}

/** Writes what stands before the payload. */
export function encodeDatagramHeader(writer: Writer, datagram: Omit<Datagram, "payload">, version: Version): void {
  requireMessage(version.datagrams, "datagram", version);
  writer.varint(datagram.subscription);
  writer.varint(datagram.sequence);
  writer.varint(datagram.timestamp);
}
