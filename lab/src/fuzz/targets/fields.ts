import {
  Cursor,
  MAX_BOUND,
  MAX_COST,
  MAX_HOPS,
  MAX_PATH,
  MAX_PATH_SEGMENTS,
  VERSIONS,
  WireError,
  Writer,
} from "@moq-relay/protocol/wire";
import { readHops, writeHops } from "../../../../packages/protocol/src/wire/lite/hops.ts";
import { readCost, writeCost } from "../../../../packages/protocol/src/wire/lite/route-cost.ts";
import { normalizePath, readPath } from "../../../../packages/protocol/src/wire/path.ts";
import { must, type Target } from "../target.ts";
import { WIRE_WORDS } from "./wire-vectors.ts";

function field(name: string, seeds: readonly (readonly number[])[], read: (bytes: Uint8Array) => string): Target {
  return {
    name: `wire/${name}`,
    maxInput: 8_192,
    maxAllocated: 16 << 20,
    weight: 0.5,
    dictionary: WIRE_WORDS,
    seeds: () => seeds.map((bytes) => Uint8Array.from(bytes)),
    run: (bytes) => {
      try {
        return read(bytes);
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        return error.message.replace(/\d.*/s, "");
      }
    },
  };
}

const path = field("path", [[0], [1, 0x61], [4, 0x61, 0x2f, 0x2f, 0x62], [3, 0x2f, 0x61, 0x2f]], (bytes) => {
  const read = readPath(new Cursor(bytes), "path");
  must(normalizePath(read) === read, "it is not in its normal form");
  must(Buffer.byteLength(read) <= MAX_PATH, "it is too long");
  must(read.split("/").length <= MAX_PATH_SEGMENTS, "it is too deep");
  const writer = new Writer();
  writer.string(read);
  must(readPath(new Cursor(writer.view()), "path") === read, "it reads differently");
  return `${read.split("/").length} ${read.length}`;
});

const hops = field("hops", [[0], [2, 7, 0x41, 0x2c], [3, 0, 0, 0], [32, ...Array(32).fill(0)]], (bytes) => {
  const read = readHops(new Cursor(bytes), VERSIONS["moq-lite-06"]);
  must(read.length <= MAX_HOPS, "too many");
  const known = read.filter((hop) => hop !== 0n);
  must(new Set(known).size === known.length, "a hop stands there twice");
  const writer = new Writer();
  writeHops(writer, read, VERSIONS["moq-lite-06"]);
  const again = readHops(new Cursor(writer.view()), VERSIONS["moq-lite-06"]);
  must(again.join() === read.join(), "they read differently");
  return `${read.length}`;
});

const cost = field("cost", [[0, 0], [3, 9], [...Array(16).fill(0xff)]], (bytes) => {
  const read = readCost(new Cursor(bytes));
  for (const part of [read.warm, read.cold]) must(Number.isSafeInteger(part) && part <= MAX_COST, `cost ${part}`);
  const writer = new Writer();
  writeCost(writer, read);
  const again = readCost(new Cursor(writer.view()));
  must(again.warm === read.warm && again.cold === read.cold, "it reads differently");
  return `${read.warm === MAX_COST} ${read.cold === MAX_COST}`;
});

const varint = field("varint", [[0], [0x40, 1], [0x80, 0, 0, 1], [0xc0, 0, 0, 0, 0, 0, 0, 1]], (bytes) => {
  const exact = new Cursor(bytes).bigVarint("varint");
  const saturated = new Cursor(bytes).saturatingVarint("varint");
  must(saturated === Number(exact > BigInt(MAX_COST) ? BigInt(MAX_COST) : exact), `${exact} saturates as ${saturated}`);
  const writer = new Writer();
  writer.bigVarint(exact);
  must(new Cursor(writer.view()).bigVarint("varint") === exact, `${exact} reads differently`);
  const tried = exact <= BigInt(Number.MAX_SAFE_INTEGER) ? new Cursor(bytes).tryVarint("varint") : Number(exact);
  must(tried === Number(exact), `${exact} is tried as ${tried}`);
  const bound = new Cursor(bytes).varint("varint", MAX_BOUND);
  must(BigInt(bound) === exact, `${exact} reads as ${bound}`);
  return `${writer.length}`;
});

const text = field("string", [[0], [1, 0x61], [2, 0xc3, 0xa9]], (bytes) => {
  const read = new Cursor(bytes).string("string", 4_096);
  const writer = new Writer();
  writer.string(read);
  must(new Cursor(writer.view()).string("string", 4_096) === read, "it reads differently");
  return `${read.length}`;
});

/** What stands in messages. */
export const FIELD_TARGETS: readonly Target[] = [path, hops, cost, varint, text];
