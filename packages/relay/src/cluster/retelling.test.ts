import assert from "node:assert/strict";
import { test } from "node:test";
import { RouteTable, type View } from "../routing/index.ts";
import { Ledger } from "./ledger.fixture.ts";
import { Retelling } from "./retelling.ts";

test("who may see more, or less, hears the difference, and what happens from then on", () => {
  const table = new RouteTable({ hop: 1n, maxRoutes: 9, maxListeners: 9 });
  const offer = (path: string, scope: "local" | "member", link: number) =>
    table.offer({ path, offer: { hops: [BigInt(link)], warm: 0, cold: 0 }, link, scope }, 0);
  offer("mine", "local", 2);
  offer("both", "local", 2);
  offer("both", "member", 3);
  offer("theirs", "member", 3);
  let scope: View["scope"] = "local";
  const ledger = new Ledger();
  const subject = new Retelling(table, "", ledger, () => ({ hop: 9n, link: 9, scope, hidden: true }));
  assert.deepEqual(ledger.names, ["both", "mine"]);
  subject.retell();
  assert.equal(ledger.log.length, 3);
  scope = "all";
  subject.retell();
  assert.deepEqual(ledger.names, ["both", "mine", "theirs"]);
  assert.deepEqual(ledger.log.slice(3).sort(), ["restart both", "start theirs"]);
  table.withdraw("mine", 2);
  scope = "local";
  subject.retell();
  assert.deepEqual(ledger.names, ["both"]);
  subject.stop();
  table.withdraw("both", 2);
  assert.deepEqual(ledger.names, ["both"]);
});
