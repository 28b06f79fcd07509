import assert from "node:assert/strict";
import { test } from "node:test";
import { addressIn, isCredible, isInternal, ownNames } from "./names.ts";

const ME = { address: "node.example:4443", repeats: 0 };
const ROOT = { address: "root.example:443", repeats: 1 };
const offer = (...hops: bigint[]) => ({ hops, warm: 0, cold: 0 });
const origin = ".internal/origins/node.example%3A4443";
const id = ".internal/ids/2a/node.example%3A4443";

test("a node announces its address and its id", () => {
  assert.deepEqual(ownNames(0x2an, "node.example:4443"), [origin, id]);
  assert.deepEqual(ownNames(0x2an, ""), []);
});

test("every address survives being a name, and no name has more segments for it", () => {
  for (const address of ["127.0.0.1:4443", "[::1]:443", "a-b.example:1", "x/../y:1", "%41:1"]) {
    for (const name of ownNames(7n, address)) {
      assert.equal(addressIn(name), address);
      assert.equal(name.split("/").length, name.startsWith(".internal/ids/") ? 4 : 3);
    }
  }
  assert.equal(addressIn(".internal/origins/%"), undefined);
  assert.equal(addressIn(".internal/origins/"), undefined);
});

test("a node may speak for itself", () => {
  assert.equal(isCredible(origin, offer(0x2an), ME), true);
  assert.equal(isCredible(id, offer(0x2an), ME), true);
});

test("a node may not speak for another", () => {
  assert.equal(isCredible(".internal/origins/other%3A1", offer(0x2an), ME), false);
  assert.equal(isCredible(".internal/ids/2b/node.example%3A4443", offer(0x2an), ME), false);
  assert.equal(isCredible(origin, offer(7n, 0x2an), ME), false, "a client of the node");
  assert.equal(isCredible(origin, offer(), ME), false);
});

test("a root repeats what a node told it, and no more", () => {
  assert.equal(isCredible(id, offer(0x2an, 9n), ROOT), true);
  assert.equal(isCredible(id, offer(0x2bn, 9n), ROOT), false, "the id of another");
  assert.equal(isCredible(id, offer(0x2an, 8n, 9n), ROOT), false, "a client of a node with that id");
  assert.equal(isCredible(origin, offer(9n), ROOT), false, "the root is not at that address");
});

test("other names below .internal are nobody's", () => {
  assert.equal(isCredible(".internal/keys/node.example%3A4443", offer(0x2an), ME), false);
  assert.equal(isCredible(`${origin}/node.example%3A4443`, offer(0x2an), ME), false);
  assert.equal(isInternal(".internal"), true);
  assert.equal(isInternal(".internals/x"), false);
});
