import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeardBidi } from "../../testing/index.ts";
import {
  BIDI,
  decodeProbe,
  decodeSetup,
  encodeProbe,
  encodeStreamType,
  type Probe,
  VERSIONS,
  type VersionName,
} from "../../wire/index.ts";
import { ALL_VERSIONS, Conversation, Stage, type StageOptions } from "./session.fixture.ts";

const WITH = ALL_VERSIONS.filter((version) => VERSIONS[version].probe !== "none");
const WITH_RTT = ALL_VERSIONS.filter((version) => VERSIONS[version].probe === "rtt");
const WITH_SETUP = ALL_VERSIONS.filter((version) => VERSIONS[version].setup === "stream");
/** 8 Mbit/s, and 50 ms there and back. */
const MEASURED: StageOptions = { world: { rate: 1_000, delay: 25 } };

/** A peer that probes the session under test. */
class Probing {
  readonly stage: Stage;
  readonly stream: HeardBidi;

  constructor(version: VersionName, options: StageOptions = MEASURED) {
    this.stage = new Stage(version, { ...options, raw: true });
    this.stage.peer.shakeHands();
    this.stage.world.pass(100);
    this.stream = this.open();
  }

  open(): HeardBidi {
    const stream = this.stage.peer.bidi((writer) => encodeStreamType(writer, BIDI.probe));
    this.stage.world.pass(60);
    return stream;
  }

  reports(): Probe[] {
    const { version } = this.stage.peer;
    return this.stream.takeAll((framer) => {
      const body = framer.message();
      return body && decodeProbe(body, version);
    });
  }
}

for (const version of WITH) {
  const rtt = VERSIONS[version].probe === "rtt" ? 50 : 0;

  test(`${version}: a probe is answered at once with what the transport knows`, () => {
    assert.deepEqual(new Probing(version).reports(), [{ bitrate: 8_000_000, rtt }]);
  });

  test(`${version}: while nothing changes a report comes every ten seconds`, () => {
    const probing = new Probing(version);
    probing.stage.world.pass(30_000);
    assert.equal(probing.reports().length, 4);
  });

  test(`${version}: a change is reported at the next look, and looks are as far apart as told`, () => {
    const probing = new Probing(version, { ...MEASURED, probe: { interval: 200 } });
    probing.reports();
    const way = probing.stage.world.network.way("relay.test:4443", "client");
    let sent = 0;
    for (let i = 0; i < 100; i++) {
      way.rate = i % 2 === 0 ? 500 : 1_000;
      probing.stage.world.pass(10);
      sent += probing.reports().length;
    }
    assert.ok(sent <= 5, `${sent} reports in a second`);
    way.rate = 100;
    probing.stage.world.pass(300);
    assert.equal(probing.reports().at(-1)?.bitrate, 800_000);
  });

  test(`${version}: what the peer aims at is read and changes nothing, nonsense ends the stream with 1`, () => {
    const probing = new Probing(version);
    probing.stream.write((writer) => encodeProbe(writer, { bitrate: 5_000_000, rtt: 0 }, VERSIONS[version]));
    probing.stage.world.pass(100);
    assert.equal(probing.stream.reset, undefined);
    probing.stream.write(Uint8Array.of(0));
    probing.stage.world.pass(100);
    assert.deepEqual([probing.stream.reset, probing.stream.stopped], [1, 0]);
    assert.equal(probing.stage.peer.closeCode(), undefined);
  });

  test(`${version}: a probe is over when its stream is, whoever ends it how`, () => {
    for (const end of ["finish", "abandon", "stop"] as const) {
      const probing = new Probing(version);
      probing.reports();
      probing.stream[end](0);
      probing.stage.world.pass(30_000);
      assert.equal(probing.stage.session.requests.probes.size, 0, end);
      assert.deepEqual(probing.reports(), []);
      if (end === "finish") assert.equal(probing.stream.fin, true);
    }
  });

  test(`${version}: one probe too many is refused`, () => {
    const probing = new Probing(version, { ...MEASURED, limits: { maxProbes: 2 } });
    assert.deepEqual([probing.open().reset, probing.open().reset], [undefined, 1]);
  });

  test(`${version}: where probes are not answered the stream is reset`, () => {
    const unwilling = new Probing(version, { ...MEASURED, probe: { answer: false } });
    assert.deepEqual([unwilling.stream.reset, unwilling.stream.stopped], [1, 0]);
  });

  test(`${version}: a session that ends leaves no look behind`, () => {
    const { stage } = new Probing(version);
    stage.peer.connection.close(0, "");
    stage.world.pass(100);
    assert.equal(stage.session.requests.probes.size, 0);
    stage.world.pass(20_000);
    assert.equal(stage.world.time.pending, 0);
  });

  test(`${version}: we ask where told to, and what the peer reports is known`, () => {
    const { client, server, world } = new Conversation(version, { ...MEASURED, probe: { ask: true } });
    world.pass(1_000);
    for (const { session, handler } of [client, server]) {
      assert.deepEqual(session.estimate, { bitrate: 8_000_000, rtt });
      assert.deepEqual(handler.estimates.at(-1), session.estimate);
    }
  });

  test(`${version}: reports that cannot be read, or come to an end, cost the peer nothing`, () => {
    for (const [end, stopped] of [
      [(stream: HeardBidi) => stream.write(Uint8Array.of(0)), 1],
      [(stream: HeardBidi) => stream.finish(), undefined],
      [(stream: HeardBidi) => stream.abandon(0), undefined],
    ] as const) {
      const stage = asking(version);
      const stream = stage.peer.taken(BIDI.probe)[0] ?? assert.fail("no probe");
      end(stream);
      stage.settle();
      assert.deepEqual([stream.fin, stream.stopped], [true, stopped]);
      assert.deepEqual([stage.session.estimate, stage.peer.closeCode()], [undefined, undefined]);
    }
  });
}

test("moq-lite-03 reports a rate only: while the transport knows none the stream stays open, and silent", () => {
  const probing = new Probing("moq-lite-03", { world: { delay: 25 } });
  assert.deepEqual([probing.reports(), probing.stream.reset, probing.stream.fin], [[], undefined, false]);
  const way = probing.stage.world.network.way("relay.test:4443", "client");
  way.rate = 1_000;
  probing.stage.world.pass(1_000);
  assert.deepEqual(probing.reports(), [{ bitrate: 8_000_000, rtt: 0 }]);
  assert.equal(new Probing("moq-lite-04", { world: { delay: 25 } }).reports().length, 1);
});

test("who is not told to ask does not", () => {
  for (const version of WITH_RTT) {
    const stage = new Stage(version, { raw: true });
    stage.peer.shakeHands({ probe: "report" });
    stage.settle();
    assert.equal(stage.peer.taken(BIDI.probe).length, 0, version);
  }
});

for (const version of WITH_SETUP) {
  test(`${version}: our Setup promises reports where there is something to report`, () => {
    for (const [options, level] of [
      [MEASURED, "report"],
      [{ ...MEASURED, probe: { answer: false } }, "none"],
    ] as const) {
      const stage = new Stage(version, { ...options, raw: true });
      stage.world.pass(100);
      const body = stage.peer.unis[0]?.take((framer) => framer.type() !== undefined && framer.message());
      assert.equal(decodeSetup(body || assert.fail(), VERSIONS[version]).probe, level);
    }
  });

  test(`${version}: a peer whose Setup promises no reports is not asked`, () => {
    const stage = new Stage(version, { raw: true, probe: { ask: true } });
    stage.peer.setup({ probe: "none" });
    stage.settle();
    assert.equal(stage.peer.taken(BIDI.probe).length, 0);
  });
}

/** A session under test that asks, at a peer that answers by hand. */
function asking(version: VersionName): Stage {
  const stage = new Stage(version, { raw: true, probe: { ask: true } });
  stage.peer.shakeHands({ probe: "report" });
  stage.settle();
  return stage;
}
