import assert from "node:assert/strict";
import { test } from "node:test";
import { BIDI, encodeAnnouncement, encodeAnnounceOk, type VersionName } from "@moq-relay/protocol/wire";
import { TestRelay, Viewer } from "./core.fixture.ts";
import { PEER_GRANTS } from "./peers/grants.ts";

/** Three relays that are linked all to all, each link in another version. */
function triangle(versions: readonly VersionName[]): TestRelay[] {
  const first = new TestRelay({ address: "relay-0.test:4443", hop: 1_000n });
  const { world } = first;
  const others = [1, 2].map((i) => {
    return new TestRelay({ world, address: `relay-${i}.test:4443`, hop: 1_000n + BigInt(i) });
  });
  const all = [first, ...others];
  all.forEach((relay, i) => {
    const dial = { protocols: [versions[i]!], from: `link-${i}.test` };
    world.network.dial(`relay-${(i + 1) % 3}.test:4443`, dial, {
      onConnection: (connection) => relay.core.open(connection, PEER_GRANTS).events,
      onFailed: (reason) => assert.fail(reason),
    });
  });
  first.settle();
  return all;
}

const MIXED: readonly (readonly VersionName[])[] = [
  ["moq-lite-04", "moq-lite-05", "moq-lite-06"],
  ["moq-lite-04", "moq-lite-04", "moq-lite-06"],
  ["moq-lite-03", "moq-lite-05", "moq-lite-06"],
];

for (const versions of MIXED) {
  test(`a triangle of links in ${versions.join(", ")} comes to rest, and nothing stays of what was there`, () => {
    const relays = triangle(versions);
    const [first, , last] = relays as [TestRelay, TestRelay, TestRelay];
    // Were anything told round for ever, this would not return.
    const publisher = first.publisher({ to: "relay-0.test:4443", from: "publisher.test" });
    const reading = last.viewer("moq-lite-06", { to: "relay-2.test:4443" }).subscribe();
    publisher.whole(0);
    assert.equal(reading.groups.length, 1);
    publisher.unannounce("cam");
    assert.deepEqual(
      relays.map(({ core }) => core.table.size),
      [0, 0, 0],
    );
  });
}

test("a peer whose announcements do not come to an end is served, and serves, meanwhile", () => {
  const relay = new TestRelay();
  const publisher = relay.publisher();
  const slow = relay.peer("moq-lite-06", { hop: 9n, from: "slow.test" });
  const [announce] = slow.taken(BIDI.announce);
  announce?.write((writer) => {
    encodeAnnounceOk(writer, { hop: 9n, activeCount: 100_000 }, slow.version);
    const offer = { suffix: "early", hops: [], cost: { warm: 0, cold: 0 } };
    encodeAnnouncement(writer, { kind: "start", ...offer }, slow.version);
  });
  const reading = new Viewer(relay, slow).subscribe("cam");
  publisher.whole(0);
  assert.equal(reading.groups.length, 1);
  relay.viewer().subscribe("early");
  assert.equal(slow.taken(BIDI.track).length, 1, "it is asked for what it has told");
});

test("what nobody has heard of is not waited for because a peer is still telling", () => {
  const relay = new TestRelay();
  const slow = relay.peer("moq-lite-06", { hop: 9n });
  const [announce] = slow.taken(BIDI.announce);
  announce?.write((writer) => encodeAnnounceOk(writer, { hop: 9n, activeCount: 100_000 }, slow.version));
  relay.settle();
  assert.equal(relay.viewer().subscribe("nothing").stream.reset, 0x36);
});

for (const version of ["moq-lite-03", "moq-lite-04", "moq-lite-05"] as const) {
  test(`${version}: the end of a name that was never announced, a node's own or any other, ends nothing`, () => {
    const relay = new TestRelay();
    const publisher = relay.publisher({ version });
    const listener = relay.publisher({ version: "moq-lite-06", names: [".internal/origins/root%3A443"] });
    for (const name of ["nobody", ".internal/origins/root%3A443", ".internal/ids/7/root%3A443"]) {
      publisher.unannounce(name);
      assert.deepEqual([publisher.peer.closeCode(), listener.peer.closeCode()], [undefined, undefined], name);
    }
    const reading = relay.viewer().subscribe();
    publisher.whole(0);
    assert.equal(reading.groups.length, 1);
  });
}
