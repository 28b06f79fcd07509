import type { Cursor } from "./cursor.ts";
import type { Writer } from "./writer.ts";

export const PING_REQUEST = 0x348c67529ef8c7bdn;
export const PING_RESPONSE = 0x348c67529ef8c7ben;

/** QX_PING (qmux-01 and newer): a request and its answer, which carries the same sequence. */
export interface PingFrame {
  readonly type: "ping";
  readonly response: boolean;
  readonly sequence: bigint;
}

export function readPing(type: bigint, cursor: Cursor): PingFrame {
  return { type: "ping", response: type === PING_RESPONSE, sequence: BigInt(cursor.varint62()) };
}

export function writePing(writer: Writer, response: boolean, sequence: bigint): void {
  writer.varint62(response ? PING_RESPONSE : PING_REQUEST);
  writer.varint62(sequence);
}
