import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionInfo } from "@moq-relay/protocol/transport";
import { TestAuthority } from "@moq-relay/quic/testing/certificates";
import { KeySet, TokenVerifier } from "../auth/index.ts";
import { readKeys } from "../auth/key.ts";
import { secretJwk, sign } from "../auth/token.fixture.ts";
import { parsePublic } from "../config/pattern.ts";
import { Admission, type Admitted } from "./admission.ts";

const OWN = "root.example:443";
const JWK = secretJwk();

function verifier(): TokenVerifier {
  const keys = new KeySet(readKeys(JSON.stringify(JWK)));
  return new TokenVerifier({ keys: () => keys, audience: OWN, maxSize: 8_192, now: Date.now });
}

function admission(options: Partial<ConstructorParameters<typeof Admission>[0]> = {}): {
  admission: Admission;
  refused: string[];
} {
  const refused: string[] = [];
  const open = { subscribe: [parsePublic("anon")], publish: [parsePublic("anon")] };
  const made = new Admission({
    access: open,
    verifier: verifier(),
    onTokenRefused: ({ reason }) => refused.push(reason),
    ...options,
  });
  return { admission: made, refused };
}

function info(path: string, more: Partial<ConnectionInfo> = {}): ConnectionInfo {
  const { binding = "webtransport" } = more;
  return { binding, dialled: false, remote: "", authority: "", protocol: "", peerCertificates: [], ...more, path };
}

async function letIn(at: Admission, path: string, more?: Partial<ConnectionInfo>): Promise<Admitted> {
  const admitted = await at.of(info(path, more), path.split("?")[0]!.slice(1));
  return typeof admitted === "number" ? assert.fail(`${path}: ${admitted}`) : admitted;
}

test("a token allows what lies below its root and its paths, and below the URL", async () => {
  const { admission: at } = admission();
  const token = await sign(JWK, { root: "demo", put: "alice", get: ["", "extra"] });
  const { grants } = await letIn(at, `/demo?jwt=${token}`);
  assert.equal(grants.root, "demo");
  const may = (path: string): boolean[] => [grants.mayPublish(path), grants.maySubscribe(path)];
  assert.deepEqual(may("demo/alice"), [true, true]);
  assert.deepEqual(may("demo/alice/cam"), [true, true]);
  assert.deepEqual(may("demo/alicex"), [false, true]);
  assert.deepEqual(may("demo/bob"), [false, true]);
  assert.deepEqual(may("other"), [false, false]);
  assert.equal((await letIn(at, `/demo/alice/cam?jwt=${token}`)).grants.mayPublish("demo/alice/cam/1"), true);
});

test("a URL above or beside the token's root is refused, and one where the token allows nothing", async () => {
  const { admission: at, refused } = admission();
  const token = await sign(JWK, { root: "demo", put: "alice" });
  for (const path of ["/", "/demox", "/anon", "/demo/bob"]) {
    assert.equal(await at.of(info(`${path}?jwt=${token}`), path.slice(1)), 401, path);
  }
  assert.deepEqual(refused, ["path", "path", "path", "path"]);
});

test("nothing is allowed among the cluster's own names, whatever a token says", async () => {
  const { admission: at } = admission();
  const everything = await letIn(at, `/?jwt=${await sign(JWK, { put: "", get: "" })}`);
  const aimed = await letIn(at, `/?jwt=${await sign(JWK, { put: ".internal", get: ".internal/origins" })}`);
  for (const { grants } of [everything, aimed]) {
    assert.equal(grants.mayPublish(".internal/origins/evil"), false);
    assert.equal(grants.maySubscribe(".internal/origins/evil"), false);
  }
  assert.equal(everything.shown.credential, undefined);
});

test("a wrong token is refused also where everything is open, and two tokens are", async () => {
  const { admission: at, refused } = admission();
  assert.equal(await at.of(info("/anon?jwt=x"), "anon"), 401);
  const good = await sign(JWK, { root: "anon", put: "" });
  assert.equal(await at.of(info(`/anon?jwt=${good}&jwt=x.y.z`), "anon"), 401);
  assert.deepEqual(refused, ["malformed", "malformed"]);
  assert.notEqual(at.of(info("/anon?jwt="), "anon"), 401);
  const keyless = admission({ verifier: undefined }).admission;
  assert.notEqual(keyless.of(info("/anon?jwt=x"), "anon"), 401, "without keys tokens are not looked at");
  assert.equal(keyless.of(info("/closed?jwt=x"), "closed"), 401);
});

test("with as many tokens being checked as allowed, further clients get 503", async () => {
  const { admission: at } = admission({ maxChecks: 1 });
  const token = await sign(JWK, { put: "" });
  const first = at.of(info(`/?jwt=${token}`), "");
  assert.equal(await at.of(info(`/?jwt=${token}`), ""), 503);
  assert.notEqual(typeof (await first), "number");
  assert.notEqual(await at.of(info(`/?jwt=${token}`), ""), 503);
});

test("a token of the cluster names the address that is believed", async () => {
  const { admission: at } = admission();
  const named = await sign(JWK, { cluster: true, node: "a.example:4443", aud: OWN });
  const { credential } = (await letIn(at, `/?jwt=${named}`)).shown;
  assert.equal(credential?.addressOf("a.example:4443"), "a.example:4443");
  assert.equal(credential?.addressOf("a.example:4444"), undefined);
  assert.equal(credential?.addressOf(""), "");
  const nameless = (await letIn(at, `/?jwt=${await sign(JWK, { cluster: true, put: "", get: "" })}`)).shown;
  assert.equal(nameless.credential?.addressOf("a.example:4443"), "", "it is a member, and nobody dials it");
  const below = await letIn(at, `/room?jwt=${named}`);
  assert.equal(below.shown.credential, undefined, "a relay of the cluster has no root");
});

test("a certificate makes a relay of the one that it names", async () => {
  const { admission: at } = admission();
  const authority = await TestAuthority.create();
  const { der } = await authority.issue(["a.example", "*.b.example", "10.0.0.7", "fd00::7"]);
  const { shown, grants } = await letIn(at, "/", { peerCertificates: [der] });
  const believed = (told: string): string | undefined => shown.credential?.addressOf(told);
  for (const told of ["a.example:443", "a.example:1", "x.b.example:443", "10.0.0.7:443", "[fd00::7]:443", ""]) {
    assert.equal(believed(told), told);
  }
  for (const told of ["b.example:443", "x.a.example:443", "10.0.0.8:443", "[fd00::8]:443", "evil", "a.example"]) {
    assert.equal(believed(told), undefined, told);
  }
  assert.equal(grants.cluster, false, "not before it says that it is of our kind");
  assert.equal(grants.maySubscribe(".internal/origins/a"), false);
  const page = { peerCertificates: [der], indirect: true };
  assert.equal(await at.of(info("/", page), "closed"), 401, "a web page shows its browser's certificate");
});
