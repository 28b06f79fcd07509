import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { HeardBidi, Said } from "../../testing/index.ts";
import { VERSIONS, type VersionName } from "../../wire/index.ts";
import type { SubscribeRequest } from "../session.ts";
import {
  ALL_VERSIONS,
  RecordedFetch,
  RecordedInfo,
  RecordedRoutes,
  RecordedSending,
  RecordedUpstream,
  Stage,
} from "./session.fixture.ts";

// Runs with a new seed each time; a failure prints it, with the path to the smallest case.

const RUNS = 150;
const CLOSES = new Set([undefined, 0, 1, 3, 0x11, 0x15]);
const REQUEST: SubscribeRequest = {
  broadcast: "a",
  track: "b",
  priority: 0,
  maxAge: 0,
  backlog: "latest",
  startGroup: 0,
  startFrame: 0,
  endGroup: undefined,
  endFrame: undefined,
};
const RATE = { perSecond: 20, burst: 20, tolerance: 100 };
const LIMITS = { maxFetches: 2, maxSubscriptions: 4, maxListens: 2, messageTimeout: 500, requestRate: RATE };

/** A message that may be one: type, a length that is often true, and a body of small numbers and letters. */
const message = fc
  .record({
    type: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 0x20, 0x21, 0x40),
    body: fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 5, 0x61, 0x62), fc.nat(255)), { maxLength: 20 }),
    lie: fc.option(fc.nat(63), { freq: 5 }),
  })
  .map(({ type, body, lie }) => Uint8Array.of(type, lie ?? body.length, ...body));

const act = fc.record({
  what: fc.constantFrom("bidi", "bidi", "uni", "datagram", "more", "more", "finish", "reset", "stop", "wait", "answer"),
  which: fc.nat(),
  bytes: message,
  cut: fc.option(fc.nat(30), { freq: 3 }),
});

type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

/** A peer that does anything, at a session that asks for everything. */
class Hostile {
  readonly stage: Stage;
  readonly #bidis: HeardBidi[] = [];
  readonly #saids: Said[] = [];

  constructor(version: VersionName) {
    this.stage = new Stage(version, { limits: LIMITS, raw: true, probe: { ask: true } });
    this.stage.peer.shakeHands({ probe: "report" });
    this.stage.settle();
    const { session } = this.stage;
    session.listen("", new RecordedRoutes());
    session.subscribe(REQUEST, new RecordedUpstream());
    session.trackInfo("a", "b", new RecordedInfo());
    session.fetch({ ...REQUEST, group: 1 }, new RecordedFetch());
    this.stage.settle();
  }

  run({ what, which, bytes, cut }: Act): void {
    const { peer, handler, world } = this.stage;
    if (peer.closed) return;
    const part = cut === null ? bytes : bytes.subarray(0, cut);
    const streams = [...this.#bidis, ...peer.bidis];
    const stream = streams[which % Math.max(1, streams.length)];
    const said = this.#saids[which % Math.max(1, this.#saids.length)];
    if (what === "bidi") this.#bidis.push(peer.bidi(part));
    else if (what === "uni") this.#saids.push(peer.uni(part));
    else if (what === "datagram") peer.connection.sendDatagram(part);
    else if (what === "more") (which % 3 === 0 ? said : stream)?.write(part);
    else if (what === "finish") (which % 3 === 0 ? said : stream)?.finish();
    else if (what === "reset") which % 3 === 0 ? said?.reset(which % 70) : stream?.abandon(which % 70);
    else if (what === "stop") stream?.stop(which % 70);
    else if (what === "wait") world.pass(which % 300);
    else this.#answer(which, handler);
    this.stage.settle();
  }

  /** The relay behind the session does something for one of those who asked. */
  #answer(which: number, { subscriptions, fetches, listens, questions }: Stage["handler"]): void {
    const subscriber = subscriptions[which % Math.max(1, subscriptions.length)]?.answer;
    const fetcher = fetches[which % Math.max(1, fetches.length)]?.answer;
    if (which % 2 === 0) subscriber?.started(which % 50);
    else if (which % 3 === 0) subscriber?.finish();
    else subscriber?.fail(which % 60);
    if (which % 2 === 0) fetcher?.accept(new RecordedSending()).write(Uint8Array.of(1, 2, 3));
    else fetcher?.fail(which % 60);
    for (const { answer } of listens.splice(0)) answer.begin([]);
    questions[0]?.answer.fail(which % 60);
  }
}

for (const version of ALL_VERSIONS) {
  test(`${version}: whatever a peer says, nothing breaks but its own session, and nothing is left behind`, () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const hostile = new Hostile(version);
        for (const one of acts) hostile.run(one);
        const { stage } = hostile;
        const { session, world, peer, handler } = stage;
        assert.ok(CLOSES.has(peer.closeCode()), `closed with ${peer.closeCode()}`);
        peer.connection.close(0, "");
        world.pass(60_000);
        assert.ok(handler.closed, "the session has ended");
        const { listens, subscriptions, questions, fetches, probes } = session.requests;
        for (const requests of [listens, subscriptions, questions, fetches, probes]) assert.equal(requests.size, 0);
        assert.deepEqual([session.deadlines.size, world.time.pending], [0, 0]);
        assert.equal(session.version, VERSIONS[version].name);
      }),
      { numRuns: RUNS },
    );
  });
}
