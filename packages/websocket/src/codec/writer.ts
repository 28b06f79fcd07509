import { writeVarint, writeVarint62 } from "./varint.ts";

/** Writes frames into bytes that are large enough; the caller keeps count of the room. */
export class Writer {
  bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  varint(value: number): void {
    this.at = writeVarint(this.bytes, this.at, value);
  }

  varint62(value: bigint): void {
    this.at = writeVarint62(this.bytes, this.at, value);
  }

  put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Length (varint) and bytes. */
  prefixed(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.put(bytes);
  }
}
