import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { KeyError, readKeys } from "./key.ts";
import { pairJwk, secretJwk } from "./token.fixture.ts";

test("keys are read as JWK, as JWK set, and as either in base64url", () => {
  const jwk = secretJwk("a");
  const text = JSON.stringify(jwk);
  const set = JSON.stringify({ keys: [jwk, pairJwk("ec", "b").public] });
  assert.deepEqual(
    readKeys(text).map(({ kid, algorithm }) => [kid, algorithm]),
    [["a", "HS256"]],
  );
  assert.equal(readKeys(`${Buffer.from(text).toString("base64url")}\n`)[0]?.kid, "a");
  assert.deepEqual(
    readKeys(set).map(({ kid, algorithm }) => [kid, algorithm]),
    [
      ["a", "HS256"],
      ["b", "ES256"],
    ],
  );
  const { kty: _, kid: __, ...bare } = jwk;
  assert.equal(readKeys(JSON.stringify(bare), "file-name")[0]?.kid, "file-name", "kty was left out by older tools");
});

test("only a secret or private key that may sign can sign", () => {
  const [rsa, ed] = [pairJwk("rsa"), pairJwk("ed25519")];
  const signs = (jwk: object): boolean => readKeys(JSON.stringify(jwk))[0]?.signing !== undefined;
  assert.equal(signs(rsa.private), true);
  assert.equal(signs(rsa.public), false);
  assert.equal(signs(ed.private), true);
  assert.equal(signs({ ...ed.private, key_ops: ["verify"] }), false);
  assert.equal(signs({ ...secretJwk(), key_ops: ["verify"] }), false);
});

test("keys that would let in more than was meant are refused, with the reason", () => {
  const small = generateKeyPairSync("rsa", { modulusLength: 1_024 }).publicKey.export({ format: "jwk" });
  const ec = pairJwk("ec").public;
  const cases: [unknown, RegExp][] = [
    [secretJwk(undefined, "HS256", 31), /31 bytes: HS256 needs at least 32/],
    [secretJwk(undefined, "HS512", 32), /needs at least 64/],
    [{ ...secretJwk(), alg: "none" }, /algorithm none/],
    [{ ...secretJwk(), alg: "RS256" }, /algorithm RS256/],
    [{ ...secretJwk(), use: "enc" }, /not for signatures/],
    [{ ...secretJwk(), key_ops: ["encrypt"] }, /neither for signing nor for verifying/],
    [{ ...secretJwk(), scope: { root: "a" } }, /scope/],
    [{ ...secretJwk(), kid: 7 }, /kid/],
    [small, /1024 bits/],
    [{ ...ec, alg: "HS256" }, /HS256, not ES256/],
    [{ ...ec, x: "AA" }, /no key that can be used/],
    [{ kty: "EC", crv: "secp256k1" }, /unknown kind/],
    [{ keys: [] }, /no key/],
    [{ keys: ["x"] }, /no JWK/],
    ["text", /no JWK/],
  ];
  for (const [jwk, message] of cases) {
    assert.throws(
      () => readKeys(JSON.stringify(jwk)),
      (error) => error instanceof KeyError && message.test(error.message),
    );
  }
});
