import assert from "node:assert/strict";
import { test } from "node:test";
import { BIDI } from "@moq-relay/protocol/wire";
import { TestRelay } from "./core.fixture.ts";
import type { Membership } from "./core.ts";
import { believing, Listening } from "./core-listening.fixture.ts";
import { announceFrom } from "./peers/announcements.ts";
import type { Shown } from "./peers/credential.ts";
import { PEER_GRANTS } from "./peers/grants.ts";

test("nodes of the cluster say who they are and get what clients do not", () => {
  const opened: number[] = [];
  const closed: [number, boolean][] = [];
  const relay = new TestRelay({
    membership: (table): Membership => ({
      ...believing(table),
      memberOpened: (session) => opened.push(session.id),
      sessionClosed: (session, lost) => closed.push([session.id, lost]),
      onListen: (_, prefix, member, view, announcer) => {
        assert.equal(view.hidden, member);
        return announceFrom(table, prefix, view, announcer);
      },
    }),
  });
  relay.publisher({ names: [".hid/cam"] });
  const client = relay.peer();
  const said = client.unis[0]?.bytes ?? assert.fail();
  const node = relay.world.dial(["moq-lite-06"], { from: "node-2.test" });
  node.uni(said).finish();
  relay.settle();
  assert.equal(opened.length, 1);
  assert.equal(node.taken(BIDI.announce).length, 0, "members are asked by the cluster");
  assert.deepEqual(new Listening(relay, client).told(), []);
  assert.deepEqual(new Listening(relay, node).told(), ["incarnation ", "start .hid/cam"]);
  relay.world.network.cut("node-2.test", "relay.test:4443");
  relay.settle();
  assert.deepEqual(closed.at(-1), [opened[0], true]);
});

test("who comes by way of a proxy or a web page is no node, whatever it says", () => {
  const relay = new TestRelay({
    membership: (table): Membership => ({ ...believing(table), memberOpened: () => assert.fail("it is believed") }),
  });
  const said = relay.peer().unis[0]?.bytes ?? assert.fail();
  relay.world.listen((request) => {
    request.accept("moq-lite-06", (connection) => {
      const info = { ...connection.info, indirect: true };
      return relay.core.open(Object.defineProperty(connection, "info", { value: info }), PEER_GRANTS).events;
    });
  }, "proxy.test:4443");
  const stranger = relay.world.dial(["moq-lite-06"], { to: "proxy.test:4443" });
  stranger.uni(said).finish();
  relay.settle();
  assert.equal(stranger.closeCode(), undefined, "it is a client");
  assert.equal(stranger.taken(BIDI.announce).length, 1, "it is asked as clients are");
});

/** A second door, where those who knock have shown this. */
function showing(relay: TestRelay, shown: Shown): void {
  relay.world.listen((request) => {
    request.accept(
      request.offers[0] ?? "",
      (connection) => relay.core.open(connection, PEER_GRANTS, undefined, shown).events,
    );
  }, "shown.test:4443");
}

/** The Setup of a relay at this address. */
function helloOf(address: string): Uint8Array {
  const other = new TestRelay({
    membership: (table) => ({ ...believing(table), hello: () => ({ address, root: false, settling: 0 }) }),
  });
  return other.peer().unis[0]?.bytes ?? assert.fail();
}

test("where relays need a credential, a word alone makes nobody one, and nobody hears of the cluster", () => {
  const relay = new TestRelay({
    believesWord: false,
    membership: (table) => ({ ...believing(table), memberOpened: () => assert.fail("it is believed") }),
  });
  const stranger = relay.world.dial(["moq-lite-06"]);
  stranger.uni(helloOf("evil.test:1")).finish();
  relay.settle();
  assert.equal(stranger.closeCode(), undefined, "it is a client");
  const said = Buffer.from(stranger.unis[0]?.bytes ?? assert.fail()).toString("latin1");
  assert.doesNotMatch(said, /node-1\.test/);
});

test("a relay is a member at the address that its credential names, and at no other", () => {
  const opened: string[] = [];
  const relay = new TestRelay({
    believesWord: false,
    membership: (table) => ({ ...believing(table), memberOpened: (_, address) => opened.push(address) }),
  });
  showing(relay, {
    credential: { addressOf: (told) => (told === "a.test:1" ? told : told === "b.test:1" ? "" : undefined) },
  });
  const dial = (address: string) => {
    const peer = relay.world.dial(["moq-lite-06"], { to: "shown.test:4443" });
    peer.uni(helloOf(address)).finish();
    relay.settle();
    return peer;
  };
  assert.equal(dial("a.test:1").closeCode(), undefined);
  assert.equal(dial("b.test:1").closeCode(), undefined);
  assert.equal(dial("c.test:1").closeCode(), 2);
  assert.deepEqual(opened, ["a.test:1", ""]);
});

test("a session ends with code 2 when what it showed expires", () => {
  const relay = new TestRelay();
  const until = relay.world.clock.wall() + 100_000;
  showing(relay, { until });
  const [peer, gone] = ["a.test", "b.test"].map((from) =>
    relay.world.dial(["moq-lite-04"], { from, to: "shown.test:4443" }),
  );
  gone!.connection.close(0, "");
  relay.pass(until - relay.world.clock.wall() - 100);
  assert.equal(peer!.closeCode(), undefined);
  relay.pass(100);
  relay.settle();
  assert.equal(peer!.closeCode(), 2);
  assert.equal(relay.core.sessions, 0);
});
