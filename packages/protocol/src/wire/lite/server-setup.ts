import type { Cursor } from "../cursor.ts";
import type { Writer } from "../writer.ts";
import { skipSetupParameters } from "./setup-parameters.ts";

/**
 * SERVER_SETUP: the version that the server picked. Its answer on the stream of CLIENT_SETUP, behind type 0x21, with a 16-bit
 * length (`Framer.message16`). moq-lite 01 and 02, moq-transport 14.
 */
export interface ServerSetup {
  /** The code of the version; 2^53 - 1 stands for any number that is not below. */
  readonly version: number;
}

export function decodeServerSetup(cursor: Cursor): ServerSetup {
  const version = cursor.saturatingVarint("version");
  skipSetupParameters(cursor);
  cursor.finish("SERVER_SETUP");
  return { version };
}

/** Writes 16-bit length and body, without parameters. */
export function encodeServerSetup(writer: Writer, setup: ServerSetup): void {
  const mark = writer.begin16();
  writer.varint(setup.version);
  writer.varint(0);
  writer.end16(mark);
}
