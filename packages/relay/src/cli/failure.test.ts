import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigurationError, developmentConfig, loadConfig, type RelayConfig } from "../config/index.ts";
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
    const { text, code } = explain(error, developmentConfig());
    assert.equal(code, 1);
    assert.match(text, what);
    assert.match(text, next);
    assert.doesNotMatch(text, /at .*\.ts/);
  }
});

test("what is wrong with the configuration is exit code 2, what nobody foresaw is told with its place", () => {
  const wrong = explain(new ConfigurationError([{ where: "cert.pem", what: "expired" }]), developmentConfig());
  assert.deepEqual([wrong.code, /cert\.pem: expired/.test(wrong.text)], [2, true]);
  const unforeseen = explain(new Error("strange"), developmentConfig());
  assert.deepEqual([unforeseen.code, /strange\n.*failure\.test\.ts/.test(unforeseen.text)], [1, true]);
});

test("when a port is taken the advice is a whole line that works", () => {
  const taken = Object.assign(new Error("listen"), { code: "EADDRINUSE", address: "127.0.0.1", port: 4443 });
  const advice = (argv: string[], npmStart = false): string => {
    const loaded = loadConfig({ argv, environment: {}, readText: () => "" });
    assert.equal(loaded.kind, "run", argv.join(" "));
    const { text } = explain(taken, (loaded as { config: RelayConfig }).config, { argv, npmStart });
    return /another port: (.*)/.exec(text)?.[1] ?? text;
  };
  assert.equal(advice([]), "npx moq-relay --dev 4453");
  assert.equal(advice([], true), "npm start -- --dev 4453");
  assert.equal(advice(["--log-level", "debug"]), "npx moq-relay --dev 4453 --log-level debug");
  assert.equal(advice(["--dev", "4443"]), "npx moq-relay --dev 4453");
  assert.equal(advice(["--dev=4443"]), "npx moq-relay --dev=4453");
  const flags = "--listen 127.0.0.1:4443 --web-http-listen 127.0.0.1:4443 --tls-generate localhost --auth-public".split(
    " ",
  );
  assert.equal(
    advice([...flags, ""]),
    "npx moq-relay --listen 127.0.0.1:4453 --web-http-listen 127.0.0.1:4453 --tls-generate localhost --auth-public ''",
  );
});
