import assert from "node:assert/strict";
import { test } from "node:test";
import type { Route } from "../routing/index.ts";
import { entryOf } from "./entry.ts";
import type { LinkKind, MemberLink } from "./links.ts";

const [STAMP, PUBLISHER, ENTRY, ROOT, FOREIGN] = [3n, 7n, 30n, 90n, 60n];

function entry(kind: LinkKind, hop: bigint, hops: bigint[]): bigint | undefined {
  const route = { offer: { hops, warm: 0, cold: 0, incarnation: 0 } } as unknown as Route;
  return entryOf(route, { kind, hop } as MemberLink);
}

test("behind a root the broadcast entered at the last hop but one", () => {
  assert.equal(entry("root", ROOT, [PUBLISHER, ENTRY, ROOT]), ENTRY);
  assert.equal(entry("root", ROOT, [STAMP, 0n, ENTRY, ROOT]), ENTRY, "a publisher without an identity");
  assert.equal(entry("root", ROOT, [PUBLISHER, FOREIGN, ENTRY, ROOT]), ENTRY, "through a foreign relay");
});

test("without such a hop it entered at the root", () => {
  assert.equal(entry("root", ROOT, [PUBLISHER, ROOT]), ROOT);
  assert.equal(entry("root", ROOT, [STAMP, 0n, ROOT]), ROOT);
});

test("a node tells only what entered at it", () => {
  assert.equal(entry("node", ENTRY, [PUBLISHER, ENTRY]), ENTRY);
});

test("what comes from a client or a foreign relay entered here", () => {
  assert.equal(entry("foreign", FOREIGN, [PUBLISHER, FOREIGN]), undefined);
  assert.equal(entryOf({ offer: { hops: [PUBLISHER] } } as unknown as Route, undefined), undefined);
});
