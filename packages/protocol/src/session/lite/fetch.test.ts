import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeardBidi } from "../../testing/index.ts";
import { BIDI, decodeFetch, type Fetch, VERSIONS, type VersionName } from "../../wire/index.ts";
import type { FetchRequest } from "../session.ts";
import {
  ALL_VERSIONS,
  Conversation,
  RecordedFetch,
  RecordedSending,
  STAMP,
  Stage,
  type StageOptions,
} from "./session.fixture.ts";

const SERVED = ALL_VERSIONS.filter((version) => VERSIONS[version].fetchServed);
const UNSERVED = ALL_VERSIONS.filter((version) => !VERSIONS[version].fetchServed);
const GROUP = { broadcast: "room/cam", track: "video", group: 42 };
const REQUEST: FetchRequest = { ...GROUP, priority: 10, startFrame: 0, endFrame: undefined };

/** A peer that fetches at the session under test. */
class Fetching {
  readonly stage: Stage;
  readonly stream: HeardBidi;
  readonly events: RecordedSending = new RecordedSending();

  constructor(version: VersionName, request: Partial<Fetch> = {}, options: StageOptions = {}) {
    this.stage = new Stage(version, options);
    this.stream = this.stage.peer.fetch({ ...GROUP, priority: 10, ...request });
    this.stage.settle();
  }

  get asked() {
    return this.stage.handler.fetches[0] ?? assert.fail("the fetch was not heard");
  }

  get underWay(): number {
    return this.stage.session.requests.fetches.size;
  }

  accept() {
    return this.asked.answer.accept(this.events);
  }

  settle(): this {
    this.stage.settle();
    return this;
  }
}

for (const version of SERVED) {
  test(`${version}: a fetch is answered with the bytes that the relay gives, and a FIN`, () => {
    const fetching = new Fetching(version);
    assert.deepEqual(fetching.asked.request, REQUEST);
    const { format, peerHop } = fetching.asked.answer;
    assert.deepEqual([format, peerHop], ["timed", STAMP]);
    const stream = fetching.accept();
    stream.write(Uint8Array.of(1, 2, 3));
    fetching.settle();
    assert.deepEqual([...fetching.stream.bytes], [1, 2, 3]);
    const { carrier } = fetching.asked.answer.connection;
    carrier.write(Uint32Array.of(stream.handle), Uint8Array.of(4));
    carrier.finish(Uint32Array.of(stream.handle));
    fetching.settle();
    assert.deepEqual([[...fetching.stream.bytes], fetching.stream.fin], [[1, 2, 3, 4], true]);
    assert.deepEqual([fetching.events.log, fetching.underWay], [["delivered"], 0]);
    assert.equal(fetching.asked.cancelled, false, "what is done is not cancelled");
  });

  test(`${version}: a refusal resets the answer with its code`, () => {
    const fetching = new Fetching(version);
    fetching.asked.answer.fail(0x33);
    fetching.asked.answer.fail(1);
    fetching.settle();
    assert.deepEqual([fetching.stream.reset, fetching.stream.stopped, fetching.underWay], [0x33, 0, 0]);
    assert.equal(fetching.asked.cancelled, false);
  });

  test(`${version}: an answer that breaks off says with which code`, () => {
    const fetching = new Fetching(version);
    fetching.accept().write(Uint8Array.of(1));
    fetching.settle();
    fetching.asked.answer.fail(0x35);
    fetching.settle();
    assert.deepEqual([fetching.stream.reset, fetching.underWay, fetching.events.log], [0x35, 0, []]);
  });

  test(`${version}: a FIN before the answer withdraws the request: reset 1`, () => {
    const fetching = new Fetching(version);
    fetching.stream.finish();
    fetching.settle();
    assert.deepEqual([fetching.stream.reset, fetching.asked.cancelled, fetching.underWay], [1, true, 0]);
    fetching.asked.answer.fail(0x33);
  });

  test(`${version}: a FIN within the answer changes nothing`, () => {
    const fetching = new Fetching(version);
    const stream = fetching.accept();
    stream.write(Uint8Array.of(1));
    fetching.settle();
    fetching.stream.finish();
    fetching.settle();
    stream.write(Uint8Array.of(2));
    stream.finish();
    fetching.settle();
    assert.deepEqual([[...fetching.stream.bytes], fetching.stream.fin], [[1, 2], true]);
  });

  test(`${version}: a peer that stops the answer, or resets the request, has left`, () => {
    for (const leave of ["stop", "abandon"] as const) {
      const before = new Fetching(version);
      before.stream[leave](7);
      before.settle();
      assert.deepEqual([before.asked.cancelled, before.underWay], [true, 0], leave);
      const within = new Fetching(version);
      within.accept().write(Uint8Array.of(1));
      within.settle();
      within.stream[leave](7);
      within.settle();
      assert.deepEqual([within.asked.cancelled, within.events.log, within.underWay], [true, ["stopped 7"], 0], leave);
      if (leave === "abandon") assert.equal(within.stream.reset, 1);
    }
  });

  test(`${version}: one fetch too many is refused with 0x30, and has room when another is over`, () => {
    const fetching = new Fetching(version, {}, { limits: { maxFetches: 2 } });
    const { peer, handler } = fetching.stage;
    const more = [43, 44].map((group) => peer.fetch({ ...GROUP, group }));
    fetching.settle();
    assert.deepEqual(
      more.map(({ reset }) => reset),
      [undefined, 0x30],
    );
    fetching.accept().finish();
    fetching.settle();
    const later = peer.fetch({ ...GROUP, group: 45 });
    fetching.settle();
    assert.equal(later.reset, undefined);
    assert.deepEqual(
      handler.fetches.map(({ request }) => request.group),
      [42, 43, 45],
    );
  });

  test(`${version}: a fetch that cannot be read is refused with 1, the session lives`, () => {
    const stage = new Stage(version);
    for (const bytes of [
      [3, 0],
      [3, 5, 1, 0x61, 1, 0x62, 0],
      [3, 9, 1, 0x61, 1, 0x62, 0, 1, 5, 3, 9],
      [3, 0x80, 1, 0, 1],
    ]) {
      const stream = stage.peer.bidi(Uint8Array.from(bytes));
      stage.settle();
      assert.deepEqual([stream.reset, stream.stopped], [1, 0], `${bytes}`);
    }
    assert.equal(stage.peer.closeCode(), undefined);
    assert.deepEqual([stage.handler.fetches.length, stage.session.requests.fetches.size], [0, 0]);
  });

  test(`${version}: a session that ends takes its fetches with it`, () => {
    const fetching = new Fetching(version);
    fetching.accept().write(Uint8Array.of(1));
    fetching.stage.world.network.cut("client", "relay.test:4443");
    fetching.settle();
    assert.equal(fetching.asked.cancelled, true);
    fetching.asked.answer.fail(1);
  });
}

test("a reader of a fetch that cannot keep up is told of as any other", () => {
  const limits = { highMark: 1_000, lowMark: 100, maxStreamQueue: 50_000 };
  const fetching = new Fetching("moq-lite-06", {}, { world: { rate: 10, limits } });
  fetching.stage.world.pass(1_000);
  const stream = fetching.accept();
  stream.write(new Uint8Array(5_000));
  fetching.stage.world.pass(10_000);
  assert.deepEqual(fetching.events.log, ["pressure", "drained"]);
  stream.write(new Uint8Array(60_000));
  fetching.stage.world.pass(10_000);
  assert.deepEqual(fetching.events.log.slice(2), ["overflow"]);
  assert.deepEqual([fetching.asked.cancelled, fetching.underWay], [true, 0]);
});

test("moq-lite-06: frames bound what is fetched", () => {
  const bounds = { startFrame: 2, endFrame: 6 };
  assert.deepEqual(new Fetching("moq-lite-06", bounds).asked.request, { ...REQUEST, ...bounds });
});

test("where the version defines it but does not serve it, a fetch is reset with 1", () => {
  for (const version of UNSERVED.filter((name) => VERSIONS[name].fetch)) {
    const stage = new Stage(version);
    const stream = stage.peer.fetch(GROUP);
    stage.settle();
    assert.deepEqual([stream.reset, stream.stopped, stage.handler.fetches.length], [1, 0, 0], version);
  }
});

for (const version of SERVED) {
  test(`${version}: what we fetch arrives as it came, and the request stays open until it is whole`, () => {
    const { stage, stream, said, answer, fetching } = ask(version, { startFrame: 2, endFrame: 6 });
    const { frameBounds } = VERSIONS[version];
    assert.deepEqual([said.broadcast, said.track, said.group, said.priority], ["room/cam", "video", 42, 10]);
    assert.deepEqual(
      [said.startFrame, said.endFrame, fetching.frameStart],
      frameBounds ? [2, 6, 2] : [0, undefined, 0],
    );
    stream.write(Uint8Array.of(9, 8));
    stage.settle();
    assert.deepEqual([answer.bytes, answer.end, stream.fin], [[9, 8], "open", false]);
    stream.write(Uint8Array.of(7)).finish();
    stage.settle();
    assert.deepEqual([answer.bytes, answer.end, stream.fin], [[9, 8, 7], "fin", true]);
    fetching.cancel();
  });

  test(`${version}: what the peer refuses is told with its code, as far as the table has it`, () => {
    for (const [code, heard] of [
      [0x33, 0x33],
      [70, 70],
      [13, 0],
    ] as const) {
      const { stage, stream, answer } = ask(version);
      stream.abandon(code);
      stage.settle();
      assert.equal(answer.end, heard);
    }
  });

  test(`${version}: whoever cancels hears no more, and the peer is told`, () => {
    const { stage, stream, answer, fetching } = ask(version);
    stream.write(Uint8Array.of(9));
    stage.settle();
    fetching.cancel();
    fetching.cancel();
    stream.write(Uint8Array.of(8)).finish();
    stage.settle();
    assert.deepEqual([answer.bytes, answer.end, stream.reset, stream.stopped], [[9], "open", 1, 1]);
  });

  test(`${version}: a fetch of one of ours is served by another`, () => {
    const { client, server, settle } = bound(new Conversation(version));
    const answer = new RecordedFetch();
    client.session.fetch(REQUEST, answer);
    settle();
    const [asked] = server.handler.fetches;
    const events = new RecordedSending();
    const stream = asked!.answer.accept(events);
    stream.write(Uint8Array.of(1, 2));
    stream.finish();
    settle();
    assert.deepEqual([answer.bytes, answer.end, events.log], [[1, 2], "fin", ["delivered"]]);
    const refused = new RecordedFetch();
    client.session.fetch(REQUEST, refused);
    settle();
    server.handler.fetches[1]!.answer.fail(0x33);
    settle();
    assert.equal(refused.end, 0x33);
  });
}

test("a peer that does not serve fetches is not asked: not found, on a later turn", () => {
  for (const version of UNSERVED) {
    const stage = new Stage(version);
    const answer = new RecordedFetch();
    const cancelled = new RecordedFetch();
    assert.equal(stage.session.canFetch, false);
    stage.session.fetch(REQUEST, answer);
    stage.session.fetch(REQUEST, cancelled).cancel();
    assert.equal(answer.end, "open");
    stage.settle();
    assert.deepEqual([answer.end, cancelled.end, stage.peer.taken(BIDI.fetch).length], [0x33, "open", 0], version);
  }
});

function ask(version: VersionName, request: Partial<FetchRequest> = {}) {
  const stage = new Stage(version);
  const answer = new RecordedFetch();
  const fetching = stage.session.fetch({ ...REQUEST, ...request }, answer);
  stage.settle();
  const stream = stage.peer.taken(BIDI.fetch)[0] ?? assert.fail("no fetch");
  const said = decodeFetch(stream.take((framer) => framer.message())!, VERSIONS[version]);
  return { stage, stream, said, answer, fetching };
}

function bound({ client, server, world }: Conversation) {
  return { client, server, settle: () => world.settle() };
}
