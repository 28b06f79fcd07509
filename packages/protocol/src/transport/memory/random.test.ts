import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concat, firstDifference, pattern } from "../compliance/bytes.ts";
import type { Side } from "../compliance/pair.ts";
import type { AcceptedUni, SendRecord } from "../compliance/recording.ts";
import { CLIENT, SERVER, type TwoEnds, twoEnds } from "../compliance/two-ends.ts";
import type { SendStream } from "../transport.ts";

const LIMITS = {
  highMark: 3_000,
  lowMark: 1_000,
  maxStreamQueue: 20_000,
  maxConnectionQueue: 40_000,
  maxConnectionReceive: 8_000,
  maxUniStreams: 5,
  maxBidiStreams: 5,
};

/** Longer than any run: silence is to delay here, not to end. */
const IDLE = 1e9;

const STEPS = [
  "open",
  "write",
  "write",
  "write",
  "finish",
  "reset",
  "stop",
  "pause",
  "resume",
  "rank",
  "wait",
  "silence",
  "heal",
] as const;

interface Step {
  readonly what: (typeof STEPS)[number];
  readonly who: number;
  readonly amount: number;
}

/** A stream under way and all that was asked of it. Its first two bytes are its number. */
interface Sent {
  readonly stream: SendStream;
  readonly record: SendRecord;
  readonly pieces: Uint8Array[];
  finished: boolean;
  reset: boolean;
}

class Run {
  readonly ends: TwoEnds;
  readonly sent: Sent[] = [];
  /** Everything that happened, with its time. */
  readonly transcript: string[] = [];

  constructor(link: { delay: number; rate: number; jitter: readonly number[] }) {
    this.ends = twoEnds({ limits: LIMITS, delay: link.delay, rate: link.rate, idleTimeout: IDLE });
    let turn = 0;
    const { jitter } = link;
    const way = this.ends.network.way(CLIENT, SERVER);
    if (jitter.length > 0) way.jitter = () => jitter[turn++ % jitter.length] ?? 0;
    this.ends.server.record.whenUni = ({ record }) => {
      record.react = () => {
        const { length, fin, reset } = record;
        this.transcript.push(`${this.ends.clock.now()} ${length} ${fin} ${reset}`);
      };
    };
  }

  get server(): Side {
    return this.ends.server;
  }

  do({ what, who, amount }: Step): void {
    const sent = this.sent[who % Math.max(1, this.sent.length)];
    const accepted = this.server.record.unis[who % Math.max(1, this.server.record.unis.length)];
    if (what === "open") this.#open(amount);
    else if (what === "wait") this.ends.clock.advance(amount / 10);
    else if (what === "silence" || what === "heal") this.ends.network.way(CLIENT, SERVER)[what]();
    else if (what === "stop" || what === "pause" || what === "resume") this.#receive(what, accepted, amount);
    else if (sent) this.#send(what, sent, amount);
  }

  #open(priority: number): void {
    const { stream, record } = this.ends.client.uni(priority % 4);
    const number = Uint8Array.of(this.sent.length >> 8, this.sent.length & 0xff);
    stream.write(number);
    this.sent.push({ stream, record, pieces: [number], finished: false, reset: false });
  }

  #receive(what: "stop" | "pause" | "resume", accepted: AcceptedUni | undefined, amount: number): void {
    if (!accepted) return;
    if (what !== "stop") {
      accepted.stream[what]();
    } else if (!accepted.record.ended) {
      accepted.stream.stop(amount);
      accepted.record.stopped = true;
    }
  }

  #send(what: "write" | "finish" | "reset" | "rank", sent: Sent, amount: number): void {
    if (what === "write" && !sent.finished && !sent.reset) {
      const piece = pattern(amount * 7, amount);
      sent.stream.write(piece);
      sent.pieces.push(piece);
    } else if (what === "finish") {
      sent.stream.finish();
      sent.finished ||= !sent.reset;
    } else if (what === "reset") {
      sent.stream.reset(amount);
      sent.reset = true;
    } else {
      sent.stream.setPriority(amount % 4);
    }
  }

  /** Lets everything come to its end. */
  end(): void {
    const { clock, network, client } = this.ends;
    network.way(CLIENT, SERVER).heal();
    this.server.record.whenUni = undefined;
    for (const { stream } of this.sent) stream.finish();
    for (let i = 0; i < 100; i++) {
      for (const { stream } of this.server.record.unis) stream.resume();
      clock.advance(1_000);
    }
    assert.equal(client.connection.stats().bytesQueued, 0);
  }
}

/** What was received is what was sent, as far as it got; and it got to the end unless somebody gave up. */
function checkStreams({ sent, server }: Run): void {
  for (const { record } of server.record.unis) {
    const received = record.bytes();
    if (received.length < 2) continue;
    const origin = sent[((received[0] ?? 0) << 8) | (received[1] ?? 0)];
    assert.ok(origin, "no such stream was opened");
    const whole = concat(origin.pieces);
    assert.equal(firstDifference(received, whole.subarray(0, received.length)), -1);
    if (record.fin) assert.equal(received.length, whole.length);
    const end = origin.record.end(origin.stream.handle)?.by;
    if (record.fin) assert.ok(end === "delivered" || origin.reset, `fin at the receiver, ${end} at the sender`);
    if (end === "delivered") assert.ok(record.fin || record.stopped);
    if (end === "overflow") assert.ok(record.reset === 5 || record.stopped);
    if (end === "stopped") assert.ok(record.stopped);
    assert.ok(record.ended || record.stopped, "the stream came to an end");
  }
}

const step = fc.record({ what: fc.constantFrom(...STEPS), who: fc.nat(1_000), amount: fc.nat(1_000) });
const link = fc.record({
  delay: fc.constantFrom(0, 1, 30),
  rate: fc.constantFrom(50, 1_000, Number.POSITIVE_INFINITY),
  jitter: fc.array(fc.nat(40), { maxLength: 5 }),
});

test("whatever is done to streams and their link, bytes stay whole, ends agree and nothing is left behind", () => {
  fc.assert(
    fc.property(link, fc.array(step, { maxLength: 150 }), (settings, steps) => {
      const run = new Run(settings);
      for (const each of steps) {
        run.do(each);
        assert.ok(run.ends.client.connection.stats().bytesQueued <= LIMITS.maxConnectionQueue);
      }
      run.end();
      assert.deepEqual(run.ends.signal.violations, []);
      checkStreams(run);
      assert.equal(run.ends.network.carrier.handles.size, 2, "only the two ends of the connection are left");
      run.ends.clock.advance(2 * IDLE);
      assert.equal(run.ends.clock.pending, 0, "nothing is left to do");
    }),
    { numRuns: 300 },
  );
});

test("the allowances come back whole: after any history a full set of streams can be open at once", () => {
  fc.assert(
    fc.property(link, fc.array(step, { maxLength: 100 }), (settings, steps) => {
      const run = new Run(settings);
      for (const each of steps) run.do(each);
      run.end();
      const before = run.server.record.unis.length;
      for (let i = 0; i < LIMITS.maxUniStreams + 3; i++) run.ends.client.uni().stream.write(pattern(1_000, i));
      run.ends.clock.advance(1_000);
      const fresh = run.server.record.unis.slice(before);
      assert.equal(fresh.length, LIMITS.maxUniStreams);
      const received = fresh.reduce((sum, { record }) => sum + record.length, 0);
      assert.equal(received, 1_000 * LIMITS.maxUniStreams, "the windows are whole too");
    }),
    { numRuns: 200 },
  );
});

test("the same steps give the same transcript, event by event", () => {
  fc.assert(
    fc.property(link, fc.array(step, { maxLength: 100 }), (settings, steps) => {
      const [first, second] = [0, 1].map(() => {
        const run = new Run(settings);
        for (const each of steps) run.do(each);
        run.end();
        return run.transcript;
      });
      assert.deepEqual(first, second);
    }),
    { numRuns: 50 },
  );
});
