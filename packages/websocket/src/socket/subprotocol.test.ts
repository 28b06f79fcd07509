import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseSubprotocol, offerSubprotocols, parseSubprotocol, protocolsIn } from "./subprotocol.ts";

test("a client offers each protocol over each framing, newest first, then the framings alone", () => {
  assert.deepEqual(offerSubprotocols(["moq-lite-05", "moqt-18", "moqt-17"], true), [
    "qmux-02.moq-lite-05",
    "qmux-01.moq-lite-05",
    "qmux-00.moq-lite-05",
    "qmux-01.moqt-18",
    "qmux-02.moqt-17",
    "qmux-01.moqt-17",
    "qmux-00.moqt-17",
    "qmux-02",
    "qmux-01",
    "qmux-00",
    "webtransport",
  ]);
  assert.deepEqual(offerSubprotocols(["moqt-22"], false), ["qmux-01.moqt-22"]);
});

test("the server sees each protocol once, in the client's order", () => {
  const list = ["qmux-01.b", "qmux-00.b", "a", "qmux-02.a", "webtransport.c", "qmux-02", "webtransport"];
  assert.deepEqual(protocolsIn(list), ["b", "a", "c"]);
});

test("the server takes the newest framing, whatever the client's order", () => {
  const list = ["qmux-00.a", "qmux-01.a", "qmux-02.b", "webtransport", "qmux-01", "b"];
  assert.deepEqual(chooseSubprotocol(list, "a"), { framing: "qmux-01", subprotocol: "qmux-01.a", protocol: "a" });
  assert.deepEqual(chooseSubprotocol(list, "b"), { framing: "qmux-02", subprotocol: "qmux-02.b", protocol: "b" });
  assert.deepEqual(chooseSubprotocol(list, ""), { framing: "qmux-01", subprotocol: "qmux-01", protocol: "" });
});

test("plain names and the oldest spelling are taken when there is nothing newer", () => {
  assert.deepEqual(chooseSubprotocol(["a", "webtransport.a"], "a"), {
    framing: "qmux-01",
    subprotocol: "a",
    protocol: "a",
  });
  assert.deepEqual(chooseSubprotocol(["webtransport.a"], "a"), {
    framing: "legacy",
    subprotocol: "webtransport.a",
    protocol: "a",
  });
});

test("without a list there is the legacy framing and no protocol", () => {
  assert.deepEqual(chooseSubprotocol([], ""), { framing: "legacy", subprotocol: undefined, protocol: "" });
  assert.equal(chooseSubprotocol([], "a"), undefined);
});

test("what was not offered is not chosen", () => {
  assert.equal(chooseSubprotocol(["qmux-02.a"], "b"), undefined);
  assert.equal(chooseSubprotocol(["qmux-02.a"], ""), undefined);
  assert.equal(chooseSubprotocol(["chat"], ""), undefined);
});

test("the server's answer tells the client framing and protocol", () => {
  assert.deepEqual(parseSubprotocol("qmux-00.moql"), {
    framing: "qmux-00",
    subprotocol: "qmux-00.moql",
    protocol: "moql",
  });
  assert.deepEqual(parseSubprotocol("webtransport"), { framing: "legacy", subprotocol: "webtransport", protocol: "" });
  assert.equal(parseSubprotocol("").framing, "legacy");
});
