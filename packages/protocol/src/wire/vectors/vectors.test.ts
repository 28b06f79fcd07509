import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Cursor } from "../cursor.ts";
import { WireError, type WireErrorCode } from "../errors.ts";
import { Framer } from "../framer.ts";
import { MAX_CONTROL_MESSAGE } from "../limits.ts";
import { decodeDatagram, encodeDatagram } from "../lite/index.ts";
import { varintAt, varintLength } from "../varint.ts";
import { Writer } from "../writer.ts";
import { readGroupStream, writeGroupStream } from "./group-stream.ts";
import { KINDS, type Kind } from "./kinds.ts";
import { parseVectors, type Vector } from "./vector.ts";

const vectors = parseVectors(readFileSync(new URL("lite.txt", import.meta.url), "utf8"));
const messages = vectors.filter(({ kind }) => kind in KINDS);
const groups = vectors.filter(({ kind }) => kind === "group-stream");
const datagrams = vectors.filter(({ kind }) => kind === "datagram");

function label({ version, kind, name }: Vector): string {
  return `${version.name} ${kind}, ${name}`;
}

/** Fields that are `undefined` are those that a vector leaves out. */
function present(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(present);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([key, field]) => [key, present(field)]));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** All ways to cut bytes in two, and byte by byte. */
function* cuts(bytes: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
  yield Array.from(bytes, (byte) => Uint8Array.of(byte));
}

/** Feeds chunks and returns the one value in them; `undefined` when it is not whole. */
function read(kind: Kind, vector: Vector, chunks: readonly Uint8Array[]): unknown {
  const framer = new Framer(MAX_CONTROL_MESSAGE);
  let type: number | undefined;
  let value: unknown;
  for (const chunk of chunks) {
    framer.push(chunk);
    if (kind.streamType !== undefined) {
      type ??= framer.type();
      if (type === undefined) continue;
      assert.equal(type, kind.streamType);
    }
    value ??= kind.read(framer, vector.version);
  }
  if (value !== undefined) framer.finish();
  return value;
}

function throwsWire(code: WireErrorCode, run: () => unknown, what: string): void {
  assert.throws(run, (error) => error instanceof WireError && error.code === code, what);
}

test("every kind of message has a vector", () => {
  const kinds = new Set(vectors.map(({ kind }) => kind));
  for (const kind of Object.keys(KINDS)) assert.ok(kinds.has(kind), kind);
  assert.equal(messages.length + groups.length + datagrams.length, vectors.length);
});

test("a message reads the same however its stream is cut", () => {
  for (const vector of messages) {
    for (const chunks of cuts(vector.bytes)) {
      assert.deepEqual(present(read(KINDS[vector.kind]!, vector, chunks)), vector.value, label(vector));
    }
  }
});

test("a message is written as its vector says", () => {
  const writer = new Writer();
  for (const vector of messages.filter(({ decodeOnly }) => !decodeOnly)) {
    const kind = KINDS[vector.kind]!;
    writer.clear();
    if (kind.streamType !== undefined) writer.varint(kind.streamType);
    kind.write(writer, vector.value, vector.version);
    assert.equal(hex(writer.view()), hex(vector.bytes), label(vector));
  }
});

test("a message that has not all arrived needs more", () => {
  for (const vector of messages) {
    for (let length = 0; length < vector.bytes.length; length++) {
      const start = vector.bytes.subarray(0, length);
      assert.equal(read(KINDS[vector.kind]!, vector, [start]), undefined, `${label(vector)}, ${length} bytes`);
    }
  }
});

test("a message with a byte too few or too many is an error", () => {
  for (const vector of messages) {
    const { head, body, long } = split(vector);
    if (vector.value && (vector.value as { kind?: string }).kind === "unknown") continue;
    const reframed = (content: Uint8Array) => read(KINDS[vector.kind]!, vector, [join(head, content, long)]);
    throwsWire("trailing", () => reframed(Uint8Array.of(...body, 0)), label(vector));
    for (let length = 0; length < body.length; length++) {
      throwsWire("truncated", () => reframed(body.subarray(0, length)), `${label(vector)}, ${length} bytes`);
    }
  }
});

/** What stands before the length of a vector's message, and its body. */
function split({ kind: name, version, bytes }: Vector) {
  const long = name === "client-setup-stream" || name === "server-setup-stream";
  const kind = KINDS[name]!;
  const typed =
    kind.streamType !== undefined ||
    (name === "announcement" && version.announcements === "typed") ||
    (name === "subscribe-reply" && (version.subscribeReply === "ok" || version.subscribeReply === "start"));
  const headLength = typed ? varintLength(bytes[0]!) : 0;
  const lengthSize = long ? 2 : varintLength(bytes[headLength]!);
  const body = bytes.subarray(headLength + lengthSize);
  if (!long) assert.equal(varintAt(bytes, headLength), body.length);
  return { head: bytes.subarray(0, headLength), body, long };
}

function join(head: Uint8Array, body: Uint8Array, long: boolean): Uint8Array {
  const writer = new Writer();
  writer.raw(head);
  const mark = long ? writer.begin16() : writer.begin();
  writer.raw(body);
  if (long) writer.end16(mark);
  else writer.end(mark);
  return writer.copy();
}

test("a group stream reads the same however it is cut", () => {
  for (const vector of groups) {
    for (const chunks of cuts(vector.bytes)) {
      assert.deepEqual(readGroupStream(chunks, vector.version), vector.value, label(vector));
    }
  }
});

test("a group stream is written as its vector says", () => {
  for (const vector of groups) {
    const writer = new Writer();
    writeGroupStream(writer, vector.value as Parameters<typeof writeGroupStream>[1], vector.version);
    assert.equal(hex(writer.view()), hex(vector.bytes), label(vector));
  }
});

test("a datagram reads and is written as its vector says", () => {
  for (const { version, bytes, value } of datagrams) {
    const datagram = decodeDatagram(new Cursor(bytes), version);
    assert.deepEqual(datagram, value);
    const writer = new Writer();
    encodeDatagram(writer, datagram, version);
    assert.deepEqual(writer.view(), bytes);
  }
});

test("a datagram without all of its header is an error", () => {
  for (const { version, bytes, value } of datagrams) {
    const header = bytes.length - (value as { payload: Uint8Array }).payload.length;
    for (let length = 0; length < header; length++) {
      throwsWire("truncated", () => decodeDatagram(new Cursor(bytes.subarray(0, length)), version), `${length} bytes`);
    }
  }
});
