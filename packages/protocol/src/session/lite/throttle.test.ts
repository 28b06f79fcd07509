import assert from "node:assert/strict";
import { test } from "node:test";
import { bytesOf, type HeardBidi } from "../../testing/index.ts";
import { BIDI, encodeStreamType, encodeSubscribeUpdate, VERSIONS, type VersionName } from "../../wire/index.ts";
import { ALL_VERSIONS, Stage } from "./session.fixture.ts";

const NO_CAPACITY = 0x30;
const RATE = { perSecond: 10, burst: 5, tolerance: 50 };
const TRACK = { broadcast: "room/cam", track: "video" };
const WITH_UPDATES = ALL_VERSIONS.filter((version) => VERSIONS[version].subscribeUpdate);

/** A session whose peer has subscribed twice. */
class Updating {
  readonly stage: Stage;
  readonly streams: readonly HeardBidi[];

  constructor(version: VersionName) {
    this.stage = new Stage(version, { limits: { updateRate: RATE } });
    this.streams = [0, 1].map((id) => this.stage.peer.subscribe({ id, ...TRACK }));
    this.stage.settle();
  }

  /** Updates one of the subscriptions, so that its priorities tell the updates apart. */
  update(which: number, priorities: readonly number[]): this {
    const { version } = this.stage.peer;
    const terms = { ordered: false, maxAge: 0, startGroup: 0, endGroup: undefined, startFrame: 0, endFrame: undefined };
    const all = priorities.map((priority) =>
      bytesOf((writer) => encodeSubscribeUpdate(writer, { ...terms, priority }, version)),
    );
    for (const bytes of all) this.streams[which]?.write(bytes);
    this.stage.settle();
    return this;
  }

  applied(which: number): number[] {
    return this.stage.handler.subscriptions[which]!.updates.map(({ priority }) => priority);
  }
}

for (const version of WITH_UPDATES) {
  test(`${version}: updates within the burst are applied one by one, at once`, () => {
    const updating = new Updating(version).update(0, [1, 2, 3]).update(1, [4, 5]);
    assert.deepEqual(
      [updating.applied(0), updating.applied(1)],
      [
        [1, 2, 3],
        [4, 5],
      ],
    );
  });

  test(`${version}: of updates beyond the rate the last one counts, at the next tick, for each subscription`, () => {
    const updating = new Updating(version).update(0, [1, 2, 3, 4, 5]).update(0, range(6, 20)).update(1, range(30, 40));
    assert.deepEqual([updating.applied(0), updating.applied(1)], [[1, 2, 3, 4, 5], []]);
    updating.stage.world.pass(100);
    assert.deepEqual([updating.applied(0), updating.applied(1)], [[1, 2, 3, 4, 5, 20], [40]]);
    updating.stage.world.pass(60_000);
    assert.deepEqual([updating.applied(0), updating.applied(1)], [[1, 2, 3, 4, 5, 20], [40]]);
    updating.update(0, [50]);
    assert.deepEqual(updating.applied(0).at(-1), 50, "what is past is forgiven");
    assert.equal(updating.stage.peer.closeCode(), undefined);
  });

  test(`${version}: a flood of updates ends the session with 3`, () => {
    const updating = new Updating(version).update(0, range(0, 54));
    assert.equal(updating.stage.peer.closeCode(), undefined);
    updating.update(0, [55, 56]);
    assert.equal(updating.stage.peer.closeCode(), 3);
    assert.match(updating.stage.peer.closed?.reason ?? "", /excessive load/);
    updating.stage.world.pass(60_000);
    assert.deepEqual(updating.applied(0), [0, 1, 2, 3, 4], "what waited is not applied to what is over");
  });

  test(`${version}: a flood that is thin but lasts ends the session too`, () => {
    const updating = new Updating(version);
    let ticks = 0;
    for (; ticks < 1_000 && updating.stage.peer.closeCode() === undefined; ticks++) {
      updating.update(0, [1, 2]);
      updating.stage.world.pass(100);
    }
    assert.ok(ticks > 40 && ticks < 70, `${ticks} ticks`);
    assert.ok(updating.applied(0).length <= 2 * 5 + ticks, "at most one in a tick once the burst is used");
  });

  test(`${version}: an update that waits is not applied to a subscription that is over`, () => {
    const updating = new Updating(version).update(0, range(0, 10));
    updating.streams[0]?.finish();
    updating.stage.world.pass(1_000);
    assert.deepEqual(updating.applied(0), [0, 1, 2, 3, 4]);
    assert.equal(updating.stage.handler.subscriptions[0]?.cancelled, true);
  });
}

for (const version of ALL_VERSIONS) {
  test(`${version}: requests beyond their rate are refused with 0x30, and later ones are not`, () => {
    const stage = new Stage(version, { limits: { requestRate: RATE } });
    const streams = range(0, 7).map((id) => stage.peer.subscribe({ id, ...TRACK }));
    stage.settle();
    assert.deepEqual(
      streams.map(({ reset }) => reset),
      [...new Array(5).fill(undefined), ...new Array(3).fill(NO_CAPACITY)],
    );
    stage.world.pass(1_000);
    const later = stage.peer.subscribe({ id: 9, ...TRACK });
    stage.settle();
    assert.equal(later.reset, undefined);
    assert.equal(stage.handler.subscriptions.length, 6);
  });

  test(`${version}: whoever subscribes and leaves without end is thrown out with 3, and nothing is left`, () => {
    const stage = new Stage(version, { limits: { requestRate: RATE } });
    let asked = 0;
    for (; asked < 10_000 && stage.peer.closeCode() === undefined; asked++) {
      stage.peer.subscribe({ id: asked, ...TRACK }).finish();
      if (asked % 10 === 0) stage.world.pass(1);
    }
    assert.ok(asked < 100, `${asked} requests`);
    assert.equal(stage.peer.closeCode(), 3);
    assert.ok(stage.handler.subscriptions.length <= 6);
    assert.ok(stage.handler.subscriptions.every(({ cancelled }) => cancelled));
    assert.equal(stage.session.requests.subscriptions.size, 0);
  });
}

test("without rates nobody is held up", () => {
  const stage = new Stage("moq-lite-06");
  for (let i = 0; i < 5_000; i++) stage.peer.bidi((writer) => encodeStreamType(writer, BIDI.announce)).abandon(0);
  stage.settle();
  assert.equal(stage.peer.closeCode(), undefined);
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
