import assert from "node:assert/strict";
import { test } from "node:test";
import { World } from "@moq-relay/protocol/testing";
import type { Binding, ConnectionRequest } from "@moq-relay/protocol/transport";
import { MOQ_VERSIONS } from "../config/index.ts";
import { parsePublic } from "../config/pattern.ts";
import { TestRelay } from "../core.fixture.ts";
import { Door, protocolsOf, rootOf } from "./accept.ts";

const ALL = { subscribe: [parsePublic("")], publish: [parsePublic("")] };

function door(options: Partial<ConstructorParameters<typeof Door>[0]> = {}) {
  const relay = new TestRelay();
  const refused: number[] = [];
  const made = new Door({
    core: relay.core,
    access: ALL,
    versions: MOQ_VERSIONS,
    maxSessions: 100,
    onRefused: (status) => refused.push(status),
    ...options,
  });
  return { relay, refused, door: made };
}

/** Knocks, and tells what was answered: the protocol that was chosen, or the status of the refusal. */
function knock(at: Door, binding: Binding, offers: readonly string[], path = "/"): string | number {
  let answer: string | number = "nothing";
  const request: ConnectionRequest = {
    info: { binding, dialled: false, remote: "", authority: "", path, protocol: "", peerCertificates: [] },
    offers,
    accept: (protocol) => {
      answer = protocol;
    },
    reject: (status) => {
      answer = status;
    },
  };
  at.onRequest(request);
  return answer;
}

test("WebTransport takes the client's favourite, WebSocket and QUIC what is best for us", () => {
  const { door: at } = door();
  const offers = ["moq-lite-04", "moq-lite-06", "moq-lite-05"];
  assert.equal(knock(at, "webtransport", offers), "moq-lite-04");
  assert.equal(knock(at, "websocket", offers), "moq-lite-06");
  assert.equal(knock(at, "quic", ["moq-lite-06"]), "moq-lite-06");
});

test("protocols that we do not speak are passed over", () => {
  const { door: at } = door();
  const offers = ["moqt-22", "moq-lite-07-wip", "moq-lite-03", "moql"];
  assert.equal(knock(at, "webtransport", offers), "moq-lite-03");
  assert.equal(knock(at, "websocket", offers), "moq-lite-03");
});

test("where no protocol was offered or fits, the version is agreed on inside", () => {
  const { door: at, refused } = door();
  for (const binding of ["webtransport", "websocket"] as const) {
    assert.equal(knock(at, binding, []), "");
    assert.equal(knock(at, binding, ["moqt-22"]), "");
    assert.equal(knock(at, binding, ["moql"]), "moql");
  }
  assert.equal(knock(at, "quic", []), 400);
  assert.deepEqual(refused, [400]);
});

test("a relay that serves no version of the SETUP exchange turns such clients away", () => {
  const { door: at } = door({ versions: ["moq-lite-06", "moq-lite-05"] });
  assert.deepEqual(at.alpns, ["moq-lite-06", "moq-lite-05"]);
  assert.equal(knock(at, "websocket", ["moql"]), 400);
  assert.equal(knock(at, "webtransport", []), 400);
  assert.equal(knock(at, "webtransport", ["moq-lite-05"]), "moq-lite-05");
});

test("the versions of the SETUP exchange go by its name", () => {
  assert.deepEqual(protocolsOf(["moq-lite-06", "moq-lite-02"]), ["moq-lite-06", "moql"]);
  assert.deepEqual(protocolsOf(["moq-lite-02", "moq-lite-01"]), ["moql"]);
});

test("whoever may do nothing where it wants to go is turned away with 401", () => {
  const { door: at, refused } = door({ access: { subscribe: [parsePublic("open")], publish: [] } });
  assert.equal(knock(at, "webtransport", ["moq-lite-06"], "/open"), "moq-lite-06");
  assert.equal(knock(at, "webtransport", ["moq-lite-06"], "/closed"), 401);
  assert.equal(knock(at, "webtransport", ["moq-lite-06"], "/"), "moq-lite-06");
  assert.deepEqual(refused, [401]);
});

test("a path that makes no name is turned away with 400", () => {
  const { door: at } = door();
  for (const path of ["/%", "/%ff", `/${"a/".repeat(33)}`, `/${"x".repeat(4_097)}`]) {
    assert.equal(knock(at, "webtransport", ["moq-lite-06"], path), 400, path.slice(0, 20));
  }
});

test("with as many sessions as allowed, further clients get 503", () => {
  const { door: at, relay } = door({ maxSessions: 2 });
  relay.peer();
  assert.equal(knock(at, "webtransport", ["moq-lite-06"]), "moq-lite-06");
  relay.peer();
  assert.equal(knock(at, "webtransport", ["moq-lite-06"]), 503);
});

test("while there is no room for another session, clients get 503", () => {
  let room = true;
  const { door: at } = door({ hasRoom: () => room });
  assert.equal(knock(at, "webtransport", ["moq-lite-06"]), "moq-lite-06");
  room = false;
  assert.equal(knock(at, "webtransport", ["moq-lite-06"]), 503);
});

test("the path of the URL is the root, whatever its slashes and its query", () => {
  const cases: [string, string][] = [
    ["", ""],
    ["/", ""],
    ["/room", "room"],
    ["/room/", "room"],
    ["//room//cam?jwt=a/b", "room/cam"],
    ["/a%20b/%C3%BC", "a b/ü"],
    ["/a%2Fb", "a/b"],
    ["?x", ""],
  ];
  for (const [path, root] of cases) assert.equal(rootOf(path), root, path);
});

test("a client that is let in has a session under its root", () => {
  const world = new World();
  const { door: at, relay } = door();
  world.listen(at.onRequest);
  const peer = world.dial(["moq-lite-04", "moq-lite-06"], { path: "/room" });
  assert.equal(peer.version.name, "moq-lite-04");
  assert.equal(relay.core.sessions, 1);
  const [session] = relay.core.peers;
  assert.equal(session?.grants.root, "room");
});
