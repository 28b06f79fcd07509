import { Framer, VERSIONS, type Version, WireError, Writer } from "@moq-relay/protocol/wire";
import fc from "fast-check";
import { valuesOf } from "../../../../packages/protocol/src/wire/vectors/arbitraries.ts";
import { KINDS, type Kind } from "../../../../packages/protocol/src/wire/vectors/kinds.ts";
import { must, same, type Target } from "../target.ts";
import { WIRE_VECTORS, WIRE_WORDS } from "./wire-vectors.ts";

const ALL_VERSIONS: readonly Version[] = Object.values(VERSIONS);
/** Bytes of a message: less than a real limit, so that inputs pass it. */
const LIMIT = 2_000;
/** Values that are generated for each version. */
const GENERATED = 12;

/**
 * Every message of moq-lite as its reader takes it from a stream. An input is: the version, where the bytes are cut in two,
 * how they are framed (even: they are the body and get their length; odd: as they are), and the bytes. What is read must
 * come out the same when it is written and read again.
 */
class MessageTarget implements Target {
  readonly name: string;
  readonly maxInput = 4_096;
  readonly maxAllocated: number = 16 << 20;
  readonly weight = 1;
  readonly dictionary = WIRE_WORDS;
  readonly #kind: Kind;
  readonly #key: string;
  readonly #writer = new Writer(8_192);
  readonly #again = new Writer(8_192);
  readonly #framed: Uint8Array = new Uint8Array(4_096 + 8);

  constructor(key: string, kind: Kind) {
    this.name = `wire/${key}`;
    this.#key = key;
    this.#kind = kind;
  }

  seeds(seed: number): Uint8Array[] {
    const skipped = this.#kind.streamType === undefined ? 0 : 1;
    const vectors = WIRE_VECTORS.filter(({ kind }) => kind === this.#key).map(({ bytes, version }) =>
      this.#input(version, bytes.subarray(skipped)),
    );
    return [...vectors, ...ALL_VERSIONS.flatMap((version) => this.#generated(version, seed))];
  }

  run(input: Uint8Array): string {
    const version = ALL_VERSIONS[(input[0] ?? 0) % ALL_VERSIONS.length]!;
    const cut = input[1] ?? 0;
    const raw = ((input[2] ?? 0) & 1) === 1;
    const bytes = raw ? input.subarray(3) : this.#frame(input.subarray(3), version);
    const framer = new Framer(LIMIT);
    const at = Math.min(cut, bytes.length);
    try {
      framer.push(bytes.subarray(0, at));
      let read = this.#takeAll(framer, version);
      framer.push(bytes.subarray(at));
      read = this.#takeAll(framer, version) || read;
      framer.finish();
      return `${version.name} ${read ? "read" : "nothing"}`;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return `${version.name} ${error.message.replace(/\d.*/s, "")}`;
    }
  }

  #takeAll(framer: Framer, version: Version): boolean {
    for (let read = false; ; read = true) {
      const value = this.#kind.read(framer, version);
      must(framer.reserved <= 2 * (LIMIT + 16), `the framer holds ${framer.reserved} bytes`);
      if (value === undefined) {
        must(framer.buffered <= LIMIT + 16, `the framer waits with ${framer.buffered} bytes`);
        return read;
      }
      if ((value as { kind?: string }).kind !== "unknown") this.#roundTrip(value, version);
    }
  }

  /** What was read can be written, and that reads and writes the same. */
  #roundTrip(value: unknown, version: Version): void {
    const first = this.#writer.clear();
    this.#kind.write(first, value, version);
    const framer = new Framer(1 << 20);
    framer.push(first.view());
    const again = this.#kind.read(framer, version);
    must(again !== undefined && framer.buffered === 0, "what was written is not one message");
    const second = this.#again.clear();
    this.#kind.write(second, again, version);
    must(same(first.view(), second.view()), "a value is written differently when it was read again");
  }

  /** The bytes with their length in front, behind a type where there is one. */
  #frame(body: Uint8Array, version: Version): Uint8Array {
    const framed = this.#framed;
    let at = 0;
    let rest = body;
    const typed =
      (this.#key === "announcement" && version.announcements === "typed") ||
      (this.#key === "subscribe-reply" && !version.subscribeReply.startsWith("ok-"));
    if (typed && body.length > 0) {
      framed[at++] = body[0]! & 0x3f;
      rest = body.subarray(1);
    }
    const exchange = this.#key === "client-setup-stream" || this.#key === "server-setup-stream";
    if (!exchange && rest.length < 64) {
      framed[at++] = rest.length;
    } else {
      // Two bytes: a varint, or the 16 bits of the SETUP exchange, which differ in the first bits only.
      framed[at++] = (exchange ? 0 : 0x40) | (rest.length >> 8);
      framed[at++] = rest.length & 0xff;
    }
    framed.set(rest, at);
    return framed.subarray(0, at + rest.length);
  }

  #generated(version: Version, seed: number): Uint8Array[] {
    const values = valuesOf(this.#key, version);
    if (values === undefined) return [];
    return fc.sample(values, { seed, numRuns: GENERATED }).map((value) => {
      const writer = this.#writer.clear();
      this.#kind.write(writer, value, version);
      return this.#input(version, writer.view());
    });
  }

  #input(version: Version, bytes: Uint8Array): Uint8Array {
    return Uint8Array.of(ALL_VERSIONS.indexOf(version), 255, 1, ...bytes.subarray(0, this.maxInput - 3));
  }
}

/** One target for each message. */
export const MESSAGE_TARGETS: readonly Target[] = Object.entries(KINDS).map(
  ([key, kind]) => new MessageTarget(key, kind),
);
