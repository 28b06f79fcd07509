import { Cursor, type SetupParameter, WireError, Writer } from "../../wire/index.ts";
import type { NodeHello } from "../session.ts";

/**
 * The Setup parameter by which our relays know each other: "MRLY" in ASCII. Others pass over it, as they must with unknown
 * ids. Value: address (length and UTF-8), flags (bit 0: root; bit 1: requests name their publisher, where both say so), milliseconds until
 * settled.
 */
const NODE_HELLO = 0x4d52_4c59;
const ROOT = 1;
const NAMES_PUBLISHERS = 2;
const MAX_ADDRESS = 512;

export function helloParameter(hello: NodeHello): SetupParameter {
  const writer = new Writer(64);
  writer.string(hello.address);
  writer.u8((hello.root ? ROOT : 0) | NAMES_PUBLISHERS);
  writer.varint(Math.ceil(hello.settling));
  return { id: NODE_HELLO, value: writer.copy() };
}

/** What a peer told of itself; undefined when it is none of ours, or makes no sense. */
export function readHello(parameters: readonly SetupParameter[]): NodeHello | undefined {
  const parameter = parameters.find(({ id }) => id === NODE_HELLO);
  if (!parameter) return undefined;
  try {
    const cursor = new Cursor(parameter.value);
    const address = cursor.string("address", MAX_ADDRESS);
    const flags = cursor.u8("flags");
    const settling = cursor.varint("settling");
    // Later versions may say more; what is behind is theirs.
    return { address, root: (flags & ROOT) !== 0, namesPublishers: (flags & NAMES_PUBLISHERS) !== 0, settling };
  } catch (error) {
    if (error instanceof WireError) return undefined;
    throw error;
  }
}
