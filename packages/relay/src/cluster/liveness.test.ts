import assert from "node:assert/strict";
import { test } from "node:test";
import type { SubscribeRequest, UpstreamEvents } from "@moq-relay/protocol/session";
import type { MemberLink } from "./links.ts";
import { LIVENESS_TIMES, Liveness } from "./liveness.ts";
import { TestClock } from "./test-clock.fixture.ts";

/** A link whose transport and process say what the test wants. */
class Line {
  readonly link: MemberLink;
  readonly heartbeats: number[] = [];
  asked: SubscribeRequest | undefined;
  cancelled = false;
  rtt = 0;
  packetsLost = 0;
  readonly #clock: TestClock;
  #packetAt = 0;
  #pulse: UpstreamEvents | undefined;

  constructor(clock: TestClock, address = "node:1") {
    this.#clock = clock;
    const connection = {
      stats: () => ({ sinceReceived: clock.now() - this.#packetAt, rtt: this.rtt, packetsLost: this.packetsLost }),
      heartbeat: (interval: number) => this.heartbeats.push(interval),
    };
    const subscribe = (request: SubscribeRequest, events: UpstreamEvents) => {
      this.asked = request;
      this.#pulse = events;
      const cancel = (): void => {
        this.cancelled = true;
      };
      return { update: () => {}, cancel };
    };
    this.link = { id: 1, hop: 7n, address, session: { connection, subscribe } } as unknown as MemberLink;
  }

  packet(): void {
    this.#packetAt = this.#clock.now();
  }

  pulse(): void {
    this.#pulse?.onGroup(0, 0, () => {});
  }

  refuse(): void {
    this.#pulse?.onError(0x36);
  }
}

function watched(address?: string) {
  const clock = new TestClock();
  const line = new Line(clock, address);
  const said: string[] = [];
  const liveness = new Liveness(clock, LIVENESS_TIMES, {
    onSuspect: (_, suspect, why) => said.push(`${clock.now()} ${suspect ? `suspect ${why}` : "heard"}`),
    onDead: () => {
      said.push(`${clock.now()} dead`);
      liveness.watch(new Map());
    },
  });
  liveness.watch(new Map([[line.link, "carrying"]]));
  /** Time passes, with a packet and a word of the process each so many milliseconds (0: none). */
  const pass = (duration: number, packets: number, pulses: number): void => {
    for (let at = 50; at <= duration; at += 50) {
      clock.advance(50);
      if (packets > 0 && at % packets === 0) line.packet();
      if (pulses > 0 && at % pulses === 0) line.pulse();
    }
  };
  return { clock, line, said, liveness, pass };
}

test("a link that is heard is not suspect, for ever", () => {
  const { line, said, pass } = watched();
  pass(60_000, 150, 1_000);
  assert.deepEqual(said, []);
  assert.deepEqual(
    [line.heartbeats, line.asked?.broadcast, line.asked?.track],
    [[150], ".internal/origins/node%3A1", "pulse"],
  );
});

test("half a second without a packet makes a link suspect, two seconds end it", () => {
  const { said, pass } = watched();
  pass(1_000, 150, 1_000);
  pass(5_000, 0, 0);
  assert.deepEqual(said, ["1500 suspect link", "3000 dead", "3000 heard"]);
});

test("a suspect link that is heard again is suspect no longer", () => {
  const { said, pass } = watched();
  pass(1_000, 150, 1_000);
  pass(800, 0, 0);
  pass(1_000, 100, 500);
  assert.deepEqual(said, ["1500 suspect link", "2000 heard"]);
});

test("long round trips and lost packets make it patient", () => {
  const { line, said, pass } = watched();
  line.rtt = 200;
  pass(1_000, 100, 1_000);
  line.packetsLost = 3;
  pass(1_200, 0, 0);
  pass(1_000, 100, 500);
  assert.deepEqual(said, []);
});

test("a process that says nothing for three seconds is suspect, though packets come, and not dead", () => {
  const { said, pass } = watched();
  pass(2_000, 150, 1_000);
  pass(8_000, 150, 0);
  pass(1_000, 150, 500);
  assert.deepEqual(said, ["5100 suspect process", "10600 heard"]);
});

test("where a node has nothing to say of itself, or will not, its link alone is watched", () => {
  const mute = watched("");
  mute.pass(10_000, 150, 0);
  assert.deepEqual([mute.said, mute.line.asked], [[], undefined]);
  const shy = watched();
  shy.line.refuse();
  shy.pass(10_000, 150, 0);
  assert.deepEqual(shy.said, []);
});

test("a link by which only news may come is watched less closely", () => {
  const { line, liveness, said, pass } = watched();
  liveness.watch(new Map([[line.link, "waiting"]]));
  assert.deepEqual(line.heartbeats, [150, 750]);
  pass(2_400, 0, 1_000);
  assert.deepEqual(said, []);
  pass(200, 0, 100);
  assert.deepEqual(said, ["2600 suspect link"]);
  pass(100, 50, 50);
  liveness.watch(new Map([[line.link, "carrying"]]));
  pass(400, 0, 100);
  assert.deepEqual(said.slice(1), ["2700 heard"], "silence counts from the change on");
});

test("a suspect link that is watched more closely from then on is not heard because of that", () => {
  const { line, liveness, said, pass } = watched();
  liveness.watch(new Map([[line.link, "waiting"]]));
  pass(2_650, 0, 0);
  assert.equal(said.length, 1);
  liveness.watch(new Map([[line.link, "carrying"]]));
  pass(1_000, 0, 0);
  assert.equal(said.length, 1, said.join(", "));
  pass(1_000, 150, 500);
  assert.match(said[1] ?? "", /heard/);
});

test("where the transport has no heartbeat only the process is watched", () => {
  const { line, said, pass } = watched();
  Object.assign(line.link.session.connection, { heartbeat: undefined });
  pass(10_000, 0, 1_000);
  assert.deepEqual(said, []);
  pass(4_000, 0, 0);
  assert.deepEqual(said, ["13100 suspect process"]);
});

test("whoever was held up himself accuses nobody", () => {
  const { clock, said, pass, line } = watched();
  pass(1_000, 150, 1_000);
  // All timers are late by four seconds; what came meanwhile is not delivered yet.
  const after = clock.after.bind(clock);
  let late = 4_000;
  clock.after = (delay, run) => {
    const timer = after(delay + late, run);
    late = 0;
    return timer;
  };
  clock.advance(4_200);
  assert.deepEqual(said, []);
  line.packet();
  line.pulse();
  pass(2_000, 150, 1_000);
  assert.deepEqual(said, []);
});

test("a link that nothing comes by any more is let go: no heartbeats, no question, no timer", () => {
  const { clock, line, liveness } = watched();
  liveness.watch(new Map());
  assert.deepEqual([line.heartbeats, line.cancelled, liveness.size], [[150, 0], true, 0]);
  clock.advance(10_000);
  liveness.watch(new Map([[line.link, "carrying"]]));
  clock.advance(300);
  assert.equal(liveness.size, 1, "silence before it was watched says nothing");
});
