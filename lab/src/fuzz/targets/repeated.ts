import { Framer, MAX_CONTROL_MESSAGE, VERSIONS, type Version, WireError } from "@moq-relay/protocol/wire";
import { KINDS } from "../../../../packages/protocol/src/wire/vectors/kinds.ts";
import type { Target } from "../target.ts";
import { WIRE_VECTORS, WIRE_WORDS } from "./wire-vectors.ts";

const NAMES = Object.keys(KINDS);
const ALL_VERSIONS: readonly Version[] = Object.values(VERSIONS);
const framed: Uint8Array = new Uint8Array(MAX_CONTROL_MESSAGE + 8);

/**
 * The largest messages that are read: what costs little once may cost a lot as often as it fits. An input is: the message,
 * the version, the size of what stands in front (type and counts), that, and what is repeated behind it.
 */
export const REPEATED_TARGET: Target = {
  name: "wire/repeated",
  maxInput: 1_000,
  maxAllocated: 64 << 20,
  chunk: 16,
  weight: 1,
  dictionary: WIRE_WORDS,
  seeds: () =>
    WIRE_VECTORS.filter(({ kind }) => NAMES.includes(kind)).flatMap(({ kind, version, bytes }) =>
      [0, 1, 4].map((head) =>
        Uint8Array.of(NAMES.indexOf(kind), ALL_VERSIONS.indexOf(version), head, ...bytes.subarray(1, 300)),
      ),
    ),
  run: (input) => {
    const name = NAMES[(input[0] ?? 0) % NAMES.length]!;
    const version = ALL_VERSIONS[(input[1] ?? 0) % ALL_VERSIONS.length]!;
    const head = input.subarray(3, 3 + ((input[2] ?? 0) % 16));
    const framer = new Framer(MAX_CONTROL_MESSAGE);
    framer.push(fill(name, version, head, input.subarray(3 + head.length)));
    try {
      return `${name} ${version.name} ${KINDS[name]!.read(framer, version) === undefined ? "short" : "read"}`;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return `${name} ${version.name} ${error.message.replace(/\d.*/s, "")}`;
    }
  },
};

/** One message as large as may be, its type in front where there is one. */
function fill(name: string, version: Version, head: Uint8Array, unit: Uint8Array): Uint8Array {
  const exchange = name === "client-setup-stream" || name === "server-setup-stream";
  const size = exchange ? 0xffff : MAX_CONTROL_MESSAGE;
  let at = 0;
  const typed =
    (name === "announcement" && version.announcements === "typed") ||
    (name === "subscribe-reply" && !version.subscribeReply.startsWith("ok-"));
  if (typed) framed[at++] = (head[0] ?? 0) & 3;
  if (exchange) framed.set([size >> 8, size & 0xff], at);
  else framed.set([0x80, size >> 16, (size >> 8) & 0xff, size & 0xff], at);
  at += exchange ? 2 : 4;
  const end = at + size;
  framed.set(head, at);
  at += head.length;
  if (unit.length === 0) framed.fill(0, at, end);
  framed.set(unit, at);
  // Doubling what is there: to write it must cost less than to read it.
  for (let done = unit.length; done > 0 && at + done < end; done *= 2) {
    framed.copyWithin(at + done, at, Math.min(at + done, end - done));
  }
  return framed.subarray(0, end);
}
