import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BIDI,
  DEFAULT_TRACK_INFO,
  decodeTrackInfo,
  decodeTrackRequest,
  encodeStreamType,
  encodeTrackRequest,
  VERSIONS,
} from "../../wire/index.ts";
import { ALL_VERSIONS, RecordedInfo, Stage } from "./session.fixture.ts";

const WITH_TRACK = ["moq-lite-05", "moq-lite-06"] as const;
const INFO = { priority: 7, maxAge: 30_000, timescale: 90_000 };

function asking(version: (typeof WITH_TRACK)[number]) {
  const stage = new Stage(version);
  const stream = stage.peer.bidi((writer) => {
    encodeStreamType(writer, BIDI.track);
    encodeTrackRequest(writer, { broadcast: "room/cam", track: "video" }, VERSIONS[version]);
  });
  stage.settle();
  return { stage, stream, question: stage.handler.questions[0] ?? assert.fail("the question was not heard") };
}

function asked(version: (typeof WITH_TRACK)[number]) {
  const stage = new Stage(version);
  const events = new RecordedInfo();
  const cancel = stage.session.trackInfo("room/cam", "video", events);
  stage.settle();
  const stream = stage.peer.taken(BIDI.track)[0] ?? assert.fail("nothing was asked");
  return { stage, events, cancel, stream };
}

for (const version of WITH_TRACK) {
  test(`${version}: a question is answered, and that is the end of its stream`, () => {
    const { stage, stream, question } = asking(version);
    assert.deepEqual([question.broadcast, question.track], ["room/cam", "video"]);
    question.answer.info(INFO);
    question.answer.fail(1);
    stage.settle();
    const body = stream.take((framer) => framer.message());
    assert.deepEqual(decodeTrackInfo(body!, VERSIONS[version]), { ...INFO, ordered: false });
    assert.deepEqual([stream.fin, stream.reset, stage.session.requests.questions.size], [true, undefined, 0]);
  });

  test(`${version}: a peer that finishes its side with the question gets its answer`, () => {
    const { stage, stream, question } = asking(version);
    stream.finish();
    stage.settle();
    assert.equal(question.cancelled, false);
    question.answer.info(INFO);
    stage.settle();
    assert.ok(stream.length > 0 && stream.fin);
  });

  test(`${version}: a refusal resets the stream with its code`, () => {
    const { stage, stream, question } = asking(version);
    question.answer.fail(0x36);
    question.answer.info(INFO);
    stage.settle();
    assert.deepEqual([stream.reset, stream.stopped, stage.session.requests.questions.size], [0x36, 0, 0]);
  });

  test(`${version}: a question that is withdrawn is withdrawn here`, () => {
    for (const how of ["reset", "stop"] as const) {
      const { stage, stream, question } = asking(version);
      if (how === "reset") stream.abandon(1);
      else stream.stop(1);
      stage.settle();
      assert.equal(question.cancelled, true, how);
      question.answer.info(INFO);
      stage.settle();
      assert.equal(stream.length, 0);
      assert.equal(stage.session.requests.questions.size, 0);
    }
  });

  test(`${version}: what follows a question is passed over`, () => {
    const { stage, stream, question } = asking(version);
    stream.write(new Uint8Array(200_000));
    stage.settle();
    assert.equal(question.cancelled, false);
    assert.deepEqual([stage.handler.questions.length, stage.peer.closeCode()], [1, undefined]);
  });

  test(`${version}: we ask, keep our side open until the answer, and then end it`, () => {
    const { stage, events, stream } = asked(version);
    const body = stream.take((framer) => framer.message());
    assert.deepEqual(decodeTrackRequest(body!, VERSIONS[version]), { broadcast: "room/cam", track: "video" });
    assert.equal(stream.fin, false);
    stage.peer.trackInfo(stream, INFO);
    stage.settle();
    assert.deepEqual(events.log, [INFO]);
    assert.equal(stream.fin, true);
  });

  test(`${version}: a refusal, a silent end and nonsense are errors, once`, () => {
    const refused = asked(version);
    refused.stream.abandon(0x33);
    refused.stage.settle();
    assert.deepEqual(refused.events.log, [0x33]);
    const ended = asked(version);
    ended.stream.finish();
    ended.stage.settle();
    assert.deepEqual(ended.events.log, [0]);
    for (const bytes of [
      [1, 0],
      [0x80, 1, 0, 1],
      [5, 0, 0, 0, 0, 0],
    ]) {
      const bad = asked(version);
      bad.stream.write(Uint8Array.from(bytes));
      bad.stage.settle();
      bad.stream.finish();
      bad.stage.settle();
      assert.deepEqual([bad.events.log, bad.stage.peer.closeCode()], [[0x12], undefined], `${bytes}`);
    }
  });

  test(`${version}: a withdrawn question is reset, and its answer comes to nobody`, () => {
    const { stage, events, stream, cancel } = asked(version);
    cancel();
    cancel();
    stage.settle();
    assert.deepEqual([stream.reset, stream.stopped], [1, 1]);
    assert.deepEqual(events.log, []);
  });
}

test("before 05 tracks have no info: the answer is what they all have", () => {
  for (const version of ALL_VERSIONS.filter((name) => !VERSIONS[name].trackInfo)) {
    const stage = new Stage(version);
    const events = new RecordedInfo();
    stage.session.trackInfo("room/cam", "video", events);
    assert.deepEqual(events.log, [DEFAULT_TRACK_INFO], version);
    stage.settle();
    assert.equal(stage.peer.taken(BIDI.track).length, 0);
  }
});

test("one question too many is refused", () => {
  const stage = new Stage("moq-lite-06", { limits: { maxSubscriptions: 2 } });
  const all = [0, 1, 2].map(() => stage.peer.bidi(Uint8Array.of(BIDI.track, 4, 1, 0x61, 1, 0x62)));
  stage.settle();
  assert.deepEqual(
    all.map(({ reset }) => reset),
    [undefined, undefined, 1],
  );
});
