import assert from "node:assert/strict";
import { test } from "node:test";
import { CacheBudget } from "@moq-relay/protocol/model";
import type { FrameFormat } from "@moq-relay/protocol/session";
import { writeFrames } from "@moq-relay/protocol/testing";
import { FrameScanner } from "@moq-relay/protocol/wire";
import fc from "fast-check";
import { GroupCopy } from "./copy.ts";
import { HubCounters } from "./counters.ts";
import { Group } from "./group.ts";
import { LocalSubscriber } from "./local-subscriber.ts";
import { Reader } from "./reader.ts";

// Every property here runs with a new seed; a failure prints it, with the path to the smallest case.

const OPTIONS = {
  highMark: 1 << 20,
  maxFrame: 1 << 20,
  maxGroup: 1 << 20,
  maxFrames: 1_000,
  maxGroups: 10,
};

interface Content {
  readonly timestamp: number;
  readonly payload: string;
}

/** What one reader has received. */
class Received {
  readonly chunks: number[] = [];
  end: "open" | "fin" | number = "open";
  readonly reader: Reader;

  constructor(format: FrameFormat) {
    const subscriber = new LocalSubscriber(format, {
      onStarted: () => {},
      onGroup: () => ({
        onData: (bytes) => this.chunks.push(...bytes),
        onFin: () => {
          this.end = "fin";
        },
        onReset: (code) => {
          this.end = code;
        },
      }),
      onFinish: () => {},
      onFail: () => {},
    });
    const request = { broadcast: "cam", track: "video", priority: 0, maxAge: 0, backlog: "latest" } as const;
    this.reader = new Reader(subscriber, {
      ...request,
      startGroup: 0,
      startFrame: 0,
      endGroup: undefined,
      endFrame: undefined,
    });
  }
}

function group(format: FrameFormat): { group: Group; budget: CacheBudget } {
  const budget = new CacheBudget(1 << 30);
  const options = { ...OPTIONS, budget, counters: new HubCounters() };
  return { group: new Group(format, { sequence: 0, rank: 0, frameStart: 0, createdAt: 0 }, options), budget };
}

/** Frames in a format, with a timestamp for those that have one. */
function encode(frames: readonly Content[], format: FrameFormat): Uint8Array {
  return writeFrames(frames, { frames: format });
}

function payloads(bytes: readonly number[], format: FrameFormat): string[] {
  const all = Uint8Array.from(bytes);
  const found: string[] = [];
  new FrameScanner(format, { maxFrame: 1 << 20 }).push(all, (_, from, length) => {
    found.push(new TextDecoder().decode(all.subarray(from, from + length)));
  });
  return found;
}

const contents = fc.array(
  fc.record(
    {
      timestamp: fc.oneof(fc.nat(100), fc.nat(1e6), fc.nat(1e12)),
      payload: fc.string({ maxLength: 300, unit: "binary-ascii" }),
    },
    { noNullPrototype: true },
  ),
  { minLength: 1, maxLength: 8 },
);

test("however two copies interleave, and wherever the second begins, readers get each byte once", () => {
  const chunking = fc.array(fc.record({ second: fc.boolean(), size: fc.integer({ min: 1, max: 400 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  const formats = fc.constantFrom<FrameFormat>("timed", "plain");
  fc.assert(
    fc.property(contents, formats, fc.nat(), fc.nat(20), chunking, (frames, format, place, joinAt, chunks) => {
      const { group: merged } = group(format);
      const readers = [new Received("timed"), new Received("plain")];
      merged.deliver(
        readers.map(({ reader }) => reader),
        0,
        Number.POSITIVE_INFINITY,
      );
      const whole = encode(frames, format);
      const ends: string[] = [];
      const events = {
        onProgress: () => {},
        onFin: () => merged.finish(),
        onReset: () => ends.push("reset"),
        onBroken: (_: unknown, why: unknown) => ends.push(`broken ${why}`),
        stop: () => ends.push("stopped"),
        stamp: () => 0,
      };
      const first = { copy: GroupCopy.at(merged, 0, format, events), bytes: whole, at: 0 };
      let second: typeof first | undefined;
      const feed = (from: typeof first, size: number): void => {
        const piece = from.bytes.subarray(from.at, from.at + size);
        from.at += piece.length;
        if (piece.length > 0) from.copy?.onData(piece);
      };
      for (const [i, { second: useSecond, size }] of chunks.entries()) {
        if (i >= joinAt && !second && merged.source.index.begun > 0) {
          const start = place % merged.source.index.begun;
          second = {
            copy: GroupCopy.at(merged, start, format, events),
            bytes: encode(frames.slice(start), format),
            at: 0,
          };
          assert.ok(second.copy, `frame ${start} is here`);
        }
        feed(useSecond && second ? second : first, size);
      }
      // Whoever is behind catches up; the second may have overtaken the first.
      if (second) feed(second, second.bytes.length);
      feed(first, first.bytes.length);
      first.copy?.onFin();
      second?.copy?.onFin();
      assert.deepEqual(ends, []);
      const own = readers[format === "timed" ? 0 : 1];
      assert.deepEqual(Buffer.from(own?.chunks ?? []).toString("hex"), Buffer.from(whole).toString("hex"));
      for (const [i, received] of readers.entries()) {
        const expected = frames.map(({ payload }) => payload);
        assert.deepEqual(payloads(received.chunks, i === 0 ? "timed" : "plain"), expected);
        assert.equal(received.end, "fin");
      }
    }),
    { numRuns: 300 },
  );
});

test("a copy with other bytes anywhere is found out, and readers get none of them", () => {
  fc.assert(
    fc.property(contents, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat(), (frames, at, flip, cut) => {
      const { group: merged } = group("plain");
      const received = new Received("plain");
      merged.deliver([received.reader], 0, Number.POSITIVE_INFINITY);
      const whole = encode(frames, "plain");
      const events = {
        onProgress: () => {},
        onFin: () => {},
        onReset: () => {},
        onBroken: (_: unknown, why: unknown) => broken.push(why),
        stop: () => {},
        stamp: () => 0,
      };
      const broken: unknown[] = [];
      const known = 1 + (cut % whole.length);
      GroupCopy.at(merged, 0, "plain", events)?.onData(whole.subarray(0, known));
      const wrong = whole.slice(0, known);
      wrong[at % known] = (wrong[at % known] ?? 0) ^ flip;
      GroupCopy.at(merged, 0, "plain", events)?.onData(wrong);
      assert.deepEqual(broken, ["mismatch"]);
      assert.deepEqual(received.chunks, [...whole.subarray(0, known)]);
    }),
    { numRuns: 200 },
  );
});

test("whoever joins at whatever moment gets the same frames, from the frame it wants", () => {
  fc.assert(
    fc.property(
      contents,
      fc.constantFrom<FrameFormat>("timed", "plain"),
      fc.nat(),
      fc.nat(),
      fc.nat(),
      (frames, format, cut, from, to) => {
        const { group: one, budget } = group(format);
        const whole = encode(frames, format);
        const at = cut % (whole.length + 1);
        if (at > 0) one.append(whole.subarray(0, at), 0);
        const first = from % frames.length;
        const last = first + (to % frames.length);
        const received = (["timed", "plain"] as const).map((wanted) => {
          const reading = new Received(wanted);
          one.deliver([reading.reader], first, last);
          return { wanted, reading };
        });
        if (at < whole.length) one.append(whole.subarray(at), 0);
        one.finish();
        for (const { wanted, reading } of received) {
          const expected = frames.slice(first, last + 1).map(({ payload }) => payload);
          assert.deepEqual(payloads(reading.chunks, wanted), expected);
          assert.equal(reading.end, "fin");
        }
        assert.equal(one.undelivered, 0);
        assert.equal(budget.bytes, one.weight);
        one.release(0);
        assert.equal(budget.bytes, 0);
      },
    ),
    { numRuns: 300 },
  );
});
