import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isLoopback, parseHostPort, parsePeer, parseSocketAddress, ValueError } from "./address.ts";

test("every spelling of one relay is the same relay", () => {
  for (const spelling of [
    "relay.example",
    "RELAY.example.",
    "relay.example:443",
    "https://relay.example",
    "moqt://relay.example:443/",
  ]) {
    assert.deepEqual(
      parseHostPort(spelling),
      { host: "relay.example", port: 443, text: "relay.example:443" },
      spelling,
    );
  }
  for (const spelling of ["[::1]:4443", "[0:0:0:0:0:0:0:1]:4443", "https://[::1]:4443/"]) {
    assert.deepEqual(parseHostPort(spelling), { host: "::1", port: 4443, text: "[::1]:4443" }, spelling);
  }
});

test("a relay's name survives being written and read again", () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]$/).filter((text) => !text.startsWith("xn--"));
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
  const host = fc.oneof(
    name,
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
  );
  fc.assert(
    fc.property(host, fc.integer({ min: 1, max: 65_535 }), (where, port) => {
      const once = parseHostPort(`${where}:${port}`);
      assert.equal(once.port, port);
      for (const spelling of [once.text, `https://${once.text}`, `http://${once.text}/`, `moqt://${once.text}`]) {
        assert.deepEqual(parseHostPort(spelling), once);
      }
    }),
  );
});

test("a path is never taken for a host", () => {
  const wrong = [
    "internal/origins/relay.example",
    "a/b",
    "/a",
    "a b",
    "",
    "?",
    "a@b",
    "https://",
    "https:///x",
    "tcp://a",
    "iroh://a",
  ];
  for (const text of [...wrong, "a:99999", "a:0", "a.example:x", "[::1", "https://a/path", "https://a/?jwt=x"]) {
    assert.throws(() => parseHostPort(text), ValueError, text);
  }
});

test("a peer's URL keeps scheme, path and cost", () => {
  const peer = parsePeer("http://Relay.example:80/anon?cost=10");
  assert.deepEqual(peer, {
    scheme: "http",
    host: "relay.example",
    port: 80,
    text: "relay.example:80",
    path: "/anon",
    token: undefined,
    cost: 10,
    url: "http://relay.example:80/anon",
  });
  assert.equal(parsePeer("ws://relay.example").port, 80);
  const { token, url } = parsePeer("https://a/?jwt=x.y.z&cost=1");
  assert.deepEqual({ token, url }, { token: "x.y.z", url: "https://a:443/" });
  assert.equal(parsePeer("moql://relay.example").scheme, "moqt");
  for (const text of [
    "https://a/?cost=-1",
    "https://a/?cost=1.5",
    "https://a/?x=1",
    "https://u:p@a/",
    "constructor://a/",
    "a..",
    "a..b",
    ".a",
    ".",
  ]) {
    assert.throws(() => parsePeer(text), ValueError, text);
  }
});

test("addresses to listen on are IP addresses with a port", () => {
  assert.deepEqual(parseSocketAddress("[::]:443"), { host: "::", port: 443, text: "[::]:443" });
  assert.deepEqual(parseSocketAddress(":443"), parseSocketAddress("[::]:443"));
  assert.deepEqual(parseSocketAddress("localhost:0"), { host: "127.0.0.1", port: 0, text: "127.0.0.1:0" });
  for (const text of [
    "443",
    "::",
    "::1:443",
    "[127.0.0.1]:1",
    "relay.example:443",
    "127.0.0.1",
    "127.0.0.1:65536",
    "[]:1",
  ]) {
    assert.throws(() => parseSocketAddress(text), ValueError, text);
  }
});

test("loopback is loopback in every spelling, and nothing else is", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost", "a.localhost"])
    assert.equal(isLoopback(host), true, host);
  for (const host of ["0.0.0.0", "::", "128.0.0.1", "localhost.example", "127.example"])
    assert.equal(isLoopback(host), false, host);
});
