import assert from "node:assert/strict";
import { createHmac, createPublicKey, type JsonWebKeyInput } from "node:crypto";
import { test } from "node:test";
import { readKeys } from "./key.ts";
import { KeySet } from "./key-set.ts";
import { TokenMinter } from "./minter.ts";
import { TokenRefusal } from "./refusal.ts";
import { pairJwk, secretJwk, sign } from "./token.fixture.ts";
import { TokenVerifier } from "./verifier.ts";

/** 2026-01-01. */
const NOW = 1_767_225_600;
const OWN = "root.example:443";
const ALL = { root: "demo", put: "", get: [""] };

function verifier(jwks: readonly object[], audience: string | undefined = OWN): TokenVerifier {
  const keys = new KeySet(readKeys(JSON.stringify({ keys: jwks })));
  return new TokenVerifier({ keys: () => keys, audience, maxSize: 2_000, now: () => NOW * 1_000 });
}

async function refused(at: TokenVerifier, token: string): Promise<string> {
  const error = await at.verify(token).then(
    () => assert.fail("it is taken"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof TokenRefusal, String(error));
  assert.ok(!error.message.includes(token.slice(0, 20)) || token.length < 20, "no part of the token is repeated");
  return error.reason;
}

const raw = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

test("a token is taken that was signed with any kind of key", async () => {
  const pairs = [pairJwk("rsa"), pairJwk("ec"), pairJwk("ed25519")];
  for (const pair of pairs) {
    const claims = await verifier([pair.public]).verify(await sign(pair.private, ALL));
    assert.deepEqual(claims.publish, ["demo"]);
  }
  for (const [algorithm, bytes] of [
    ["HS256", 32],
    ["HS384", 48],
    ["HS512", 64],
  ] as const) {
    const jwk = secretJwk(undefined, algorithm, bytes);
    assert.equal((await verifier([jwk]).verify(await sign(jwk, ALL))).root, "demo");
  }
  const ed = pairs[2]!;
  const modern = await sign(ed.private, ALL, { alg: "Ed25519" });
  assert.equal((await verifier([ed.public]).verify(modern)).root, "demo");
});

test("claims are read in both generations of names, as text and as list", async () => {
  const jwk = secretJwk();
  const read = async (claims: object) => verifier([jwk]).verify(await sign(jwk, { ...claims }));
  const older = await read({ root: "/demo/", pub: "alice", sub: "", exp: NOW + 60 });
  assert.deepEqual(older, {
    root: "demo",
    publish: ["demo/alice"],
    subscribe: ["demo"],
    cluster: false,
    node: undefined,
    until: (NOW + 60) * 1_000,
  });
  assert.deepEqual((await read({ put: ["a", "b/c"] })).publish, ["a", "b/c"]);
  assert.deepEqual((await read({ put: "a", sub: "user 17" })).subscribe, [], "the subject is not a path");
  const node = await read({ cluster: true, node: "https://NODE.example/", aud: [OWN, "x"], exp: NOW + 9 });
  assert.equal(node.node, "node.example:443");
  assert.equal(node.until, undefined, "a token for one dial does not end the link");
});

test("every token that is not right is refused, each for its own reason", async () => {
  const [a, b] = [secretJwk("a"), secretJwk("b")];
  const at = verifier([a, b]);
  const good = await sign(a, ALL);
  const [head, body, signature] = good.split(".") as [string, string, string];
  const cases: [string, string][] = [
    ["", "malformed"],
    ["x", "malformed"],
    ["a.b.c", "malformed"],
    [`${head}.${body}`, "malformed"],
    [`${head}.${raw({ ...ALL, root: "" })}.${signature}`, "signature"],
    [`${head}.${body}.${signature.slice(0, -4)}AAAA`, "signature"],
    [`${head}.${body}.`, "signature"],
    [`${raw({ alg: "none" })}.${body}.`, "algorithm"],
    [`${raw({ alg: "none", kid: "a" })}.${body}.${signature}`, "algorithm"],
    [await sign(secretJwk("a", "HS512", 64), ALL), "algorithm"],
    [await sign(b, ALL, { kid: "a" }), "signature"],
    [await sign(a, ALL, { kid: "c" }), "unknown key"],
    [await sign({ ...a, kid: undefined }, ALL), "unknown key"],
    [await sign(a, { ...ALL, exp: NOW }), "expired"],
    [await sign(a, { ...ALL, exp: NOW - 1 }), "expired"],
    [await sign(a, { ...ALL, nbf: NOW + 1 }), "not yet valid"],
    [await sign(a, { ...ALL, exp: "soon" } as never), "claims"],
    [await sign(a, { ...ALL, aud: "other.example:443" }), "audience"],
    [await sign(a, { ...ALL, aud: [] }), "audience"],
    [await sign(a, { root: "demo" }), "claims"],
    [await sign(a, { put: 7 }), "claims"],
    [await sign(a, { get: ["a", null] }), "claims"],
    [await sign(a, { get: Array(65).fill("a") }), "claims"],
    [await sign(a, { put: "", cluster: "true" }), "claims"],
    [await sign(a, { root: "demo", put: "", cluster: true }), "claims"],
    [await sign(a, { put: "", cluster: true, node: "http://a b/" }), "claims"],
    [await sign(a, { put: "x".repeat(3_000) }), "too large"],
  ];
  for (const [token, reason] of cases) assert.equal(await refused(at, token), reason, `${reason}: ${token}`);
  assert.equal((await at.verify(good)).root, "demo");
});

test("a public key is no secret: a token signed with its text is refused", async () => {
  for (const kind of ["rsa", "ec", "ed25519"] as const) {
    const { public: jwk } = pairJwk(kind);
    const key = createPublicKey({ key: jwk as JsonWebKeyInput["key"], format: "jwk" });
    const content = `${raw({ alg: "HS256" })}.${raw(ALL)}`;
    for (const secret of [key.export({ format: "pem", type: "spki" }), JSON.stringify(jwk)]) {
      const forged = `${content}.${createHmac("sha256", secret).update(content).digest("base64url")}`;
      assert.equal(await refused(verifier([jwk]), forged), "algorithm");
    }
  }
});

test("keys that a token brings along are not looked at", async () => {
  const [ours, theirs] = [pairJwk("ec", "a"), pairJwk("ec", "a")];
  const forged = await sign(theirs.private, ALL, { jwk: theirs.public, jku: "https://a.example/keys" });
  assert.equal(await refused(verifier([ours.public]), forged), "signature");
});

test("without an own address no token for one relay is taken", async () => {
  const jwk = secretJwk();
  const token = await sign(jwk, { ...ALL, aud: OWN });
  const keys = new KeySet(readKeys(JSON.stringify(jwk)));
  const at = new TokenVerifier({ keys: () => keys, audience: undefined, maxSize: 2_000, now: () => NOW * 1_000 });
  assert.equal(await refused(at, token), "audience");
});

test("a token that a node makes is good at the relay that it dials, for a short time", async () => {
  for (const jwk of [secretJwk("a"), pairJwk("ec", "a").private]) {
    const keys = new KeySet(readKeys(JSON.stringify(jwk)));
    const minter = new TokenMinter({ keys: () => keys, node: "node.example:4443", now: () => NOW * 1_000 });
    const token = await minter.mint(OWN);
    const claims = await verifier([jwk]).verify(token);
    assert.deepEqual([claims.cluster, claims.node], [true, "node.example:4443"]);
    assert.equal(await refused(verifier([jwk], "other.example:443"), token), "audience");
    const late = new TokenVerifier({ keys: () => keys, audience: OWN, maxSize: 2_000, now: () => (NOW + 121) * 1_000 });
    assert.equal(await refused(late, token), "expired");
  }
  const none = new KeySet(readKeys(JSON.stringify(pairJwk("ec").public)));
  await assert.rejects(new TokenMinter({ keys: () => none, node: undefined, now: () => 0 }).mint(OWN), /no key here/);
});
