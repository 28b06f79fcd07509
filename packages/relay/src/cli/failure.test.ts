import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError } from "../config/index.ts";
import { explain } from "./failure.ts";

test("what the operating system refuses is explained with its address, whoever reports it", () => {
  const system = Object.assign(new Error("listen EADDRINUSE"), { code: "EADDRINUSE", address: "::1", port: 443 });
  const cases: [Error, RegExp, RegExp][] = [
    [system, /the address \[::1\]:443 is in use/, /ss -lntup 'sport = :443'/],
    [new Error("udp 127.0.0.1:4443: Address already in use (os error 98)"), /127\.0\.0\.1:4443 is in use/, /ss -lntup/],
    [new Error("udp [::]:443: Permission denied (os error 13)"), /no permission to listen on \[::\]:443/, /setcap/],
    [new Error("udp 192.0.2.1:1: Cannot assign requested address"), /192\.0\.2\.1:1 is not one of/, /ip address/],
  ];
  for (const [error, what, next] of cases) {
    const { text, code } = explain(error);
    assert.equal(code, 1);
    assert.match(text, what);
    assert.match(text, next);
    assert.doesNotMatch(text, /at .*\.ts/);
  }
});

test("what is wrong with the configuration is exit code 2, what nobody foresaw is told with its place", () => {
  const wrong = explain(new ConfigurationError([{ where: "cert.pem", what: "expired" }]));
  assert.deepEqual([wrong.code, /cert\.pem: expired/.test(wrong.text)], [2, true]);
  const unforeseen = explain(new Error("strange"));
  assert.deepEqual([unforeseen.code, /strange\n.*failure\.test\.ts/.test(unforeseen.text)], [1, true]);
});
