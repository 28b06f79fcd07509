import assert from "node:assert/strict";
import { test } from "node:test";
import { HandmadePeer, type HeardBidi } from "@moq-relay/protocol/testing";
import {
  BIDI,
  encodeAnnouncement,
  encodeAnnounceRequest,
  encodeStreamType,
  readAnnouncement,
  type VersionName,
} from "@moq-relay/protocol/wire";
import { TestRelay } from "./core.fixture.ts";
import { listen } from "./core-listening.fixture.ts";
import { PEER_GRANTS } from "./peers/grants.ts";

/** A relay that was dialled, has no hops to tell, and tells whatever it hears back to whoever told it. */
class Mirror {
  readonly told: string[] = [];
  /** Whether it tells back what it hears. */
  faithful = true;
  readonly #peer: HandmadePeer;
  readonly #hearing: HeardBidi;
  readonly #telling: HeardBidi;

  constructor(relay: TestRelay, version: VersionName = "moq-lite-04") {
    let peer: HandmadePeer | undefined;
    relay.world.listen((request) => {
      request.accept(version, (connection) => {
        peer = new HandmadePeer(connection);
        return peer;
      });
    }, "mirror.test:4443");
    const dial = { protocols: [version], from: "relay.test" };
    relay.world.network.dial("mirror.test:4443", dial, {
      onConnection: (connection) => relay.core.open(connection, PEER_GRANTS).events,
      onFailed: (reason) => assert.fail(reason),
    });
    relay.settle();
    this.#peer = peer ?? assert.fail("nobody dialled");
    this.#telling = this.#peer.taken(BIDI.announce)[0] ?? assert.fail("it was not asked");
    this.#hearing = this.#peer.bidi((writer) => {
      encodeStreamType(writer, BIDI.announce);
      encodeAnnounceRequest(writer, { prefix: "", excludeHop: 0n }, this.#peer.version);
    });
    this.#hearing.whenHeard = () => this.#reflect();
    relay.settle();
  }

  say(status: "active" | "ended", suffix: string): void {
    const announcement = { kind: "status", status, suffix, hops: [] } as const;
    this.#telling.write((writer) => encodeAnnouncement(writer, announcement, this.#peer.version));
  }

  #reflect(): void {
    for (const one of this.#hearing.takeAll((framer) => readAnnouncement(framer, this.#peer.version))) {
      if (one.kind !== "status" || one.status === "restart") continue;
      this.told.push(`${one.status} ${one.suffix}`);
      assert.ok(this.told.length < 100, "told round for ever");
      if (this.faithful) this.say(one.status, one.suffix);
    }
  }
}

test("what an older relay tells back is not taken for another publisher", () => {
  const relay = new TestRelay();
  const mirror = new Mirror(relay);
  const listener = listen(relay);
  assert.deepEqual(listener.told(), []);
  const publisher = relay.publisher({ from: "publisher.test" });
  const reading = relay.viewer().subscribe();
  publisher.whole(0);
  assert.equal(reading.groups.length, 1);
  assert.deepEqual([mirror.told, listener.told()], [["active cam"], ["start cam"]]);
  publisher.unannounce("cam");
  assert.deepEqual([mirror.told, listener.told()], [["active cam", "ended cam"], ["end cam"]]);
  assert.equal(relay.core.table.size, 0);
});

test("what an older relay has itself under the same name counts as soon as ours has ended", () => {
  const relay = new TestRelay();
  const mirror = new Mirror(relay);
  mirror.faithful = false;
  const publisher = relay.publisher({ from: "publisher.test" });
  const listener = listen(relay);
  mirror.say("active", "cam");
  mirror.say("active", "other");
  assert.deepEqual(listener.told(), ["start cam", "start other"]);
  publisher.unannounce("cam");
  assert.deepEqual(listener.told(), ["end cam"]);
  relay.pass(2_100);
  assert.deepEqual(listener.told(), ["start cam"]);
  mirror.say("ended", "cam");
  mirror.say("ended", "other");
  assert.deepEqual(listener.told().toSorted(), ["end cam", "end other"]);
});
