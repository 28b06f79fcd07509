import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePublic } from "../config/pattern.ts";
import { CLUSTER_GRANTS, PEER_GRANTS, publicGrants, tokenGrants } from "./grants.ts";
import { canBeTold, isReserved } from "./names.ts";

function access(subscribe: readonly string[], publish: readonly string[]) {
  return { subscribe: subscribe.map(parsePublic), publish: publish.map(parsePublic) };
}

test("nobody gets in where nothing is public", () => {
  assert.equal(publicGrants("", access([], [])), undefined);
  assert.equal(publicGrants("closed", access(["open"], ["open/in"])), undefined);
  assert.notEqual(publicGrants("", access(["open"], [])), undefined, "something below is public");
  assert.notEqual(publicGrants("open/in/deep", access([], ["open/in"])), undefined);
});

test("reading and publishing are granted each for itself, by absolute path", () => {
  const grants = publicGrants("open", access(["open"], ["open/in"]));
  assert.deepEqual(
    ["open/in/cam", "open/cam", "closed"].map((path) => [grants?.maySubscribe(path), grants?.mayPublish(path)]),
    [
      [true, true],
      [true, false],
      [false, false],
    ],
  );
  assert.deepEqual([grants?.root, grants?.cluster], ["open", false]);
});

test("a client does not publish where older relays look for members: they would show it their tokens", () => {
  const token = tokenGrants("", { root: "", publish: [""], subscribe: [""] });
  for (const grants of [publicGrants("", access([""], [""])), token]) {
    for (const path of ["internal/origins", "internal/origins/evil.test"])
      assert.equal(grants?.mayPublish(path), false);
    assert.deepEqual([grants?.mayPublish("internal/origin"), grants?.mayPublish("internal")], [true, true]);
  }
  assert.equal(PEER_GRANTS.mayPublish("internal/origins/leaf.test"), true, "a relay does");
});

test("the cluster's own names are nobody's but the cluster's", () => {
  const all = publicGrants("", access([""], [""]));
  for (const path of [".internal", ".internal/origins/a", ".internal/ids/7/a"]) {
    for (const grants of [all, PEER_GRANTS]) {
      assert.deepEqual([grants?.maySubscribe(path), grants?.mayPublish(path)], [false, false], path);
    }
    assert.deepEqual([CLUSTER_GRANTS.maySubscribe(path), CLUSTER_GRANTS.mayPublish(path)], [true, true]);
  }
  for (const path of [".internally", "room/.internal", ".hidden", ""]) {
    assert.equal(isReserved(path), false);
    assert.equal(all?.mayPublish(path), true, path);
  }
});

test("a name can be told as long as every other relay takes it", () => {
  const deep = (segments: number): string => Array.from({ length: segments }, () => "a").join("/");
  assert.deepEqual([canBeTold(""), canBeTold(deep(32)), canBeTold(deep(33))], [true, true, false]);
  assert.deepEqual([canBeTold("x".repeat(4_096)), canBeTold("x".repeat(4_097))], [true, false]);
  assert.deepEqual([canBeTold("ü".repeat(2_048)), canBeTold("ü".repeat(2_049))], [true, false]);
});
