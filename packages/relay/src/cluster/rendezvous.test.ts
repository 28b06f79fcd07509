import assert from "node:assert/strict";
import { test } from "node:test";
import { rendezvous } from "./rendezvous.ts";

const ROOTS = ["root1:443", "root2:443", "root3:443"];
const NODES = Array.from({ length: 900 }, (_, i) => `node${i}.example:443`);
const best = (node: string, roots: string[]): string => rendezvous(node, roots, (root) => root)[0]!;

test("nodes are spread evenly over the roots", () => {
  for (const root of ROOTS) {
    const share = NODES.filter((node) => best(node, ROOTS) === root).length;
    assert.ok(share > 240 && share < 360, `${root} has ${share} of 900`);
  }
});

test("when a root goes, only its nodes move; the order of the list does not matter", () => {
  for (const node of NODES) {
    const chosen = best(node, ROOTS);
    assert.equal(best(node, ROOTS.toReversed()), chosen);
    if (chosen !== "root2:443") assert.equal(best(node, ["root1:443", "root3:443"]), chosen);
  }
});
