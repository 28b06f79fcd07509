import type { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import { MAX_OFFERED_VERSIONS } from "../limits.ts";
import type { Writer } from "../writer.ts";
import { skipSetupParameters } from "./setup-parameters.ts";

/**
 * CLIENT_SETUP: the versions that a client speaks, where nothing was agreed on before. First message of bidi stream 0x20,
 * with a 16-bit length (`Framer.message16`). moq-lite 01 and 02, moq-transport 14.
 */
export interface ClientSetup {
  /** Codes of the versions, the client's favourite first; 2^53 - 1 stands for any number that is not below. */
  readonly versions: readonly number[];
}

export function decodeClientSetup(cursor: Cursor): ClientSetup {
  const count = cursor.varint("version count");
  if (count > MAX_OFFERED_VERSIONS) throw new WireError("too-many-versions", `${count} versions`);
  const versions: number[] = [];
  for (let i = 0; i < count; i++) versions.push(cursor.saturatingVarint("version"));
  skipSetupParameters(cursor);
  cursor.finish("CLIENT_SETUP");
  return { versions };
}

/** Writes 16-bit length and body, without parameters. */
export function encodeClientSetup(writer: Writer, setup: ClientSetup): void {
  const mark = writer.begin16();
  writer.varint(setup.versions.length);
  for (const version of setup.versions) writer.varint(version);
  writer.varint(0);
  writer.end16(mark);
}
