import assert from "node:assert/strict";
import { test } from "node:test";
import { framesOf, TestRelay } from "../core.fixture.ts";
import { RelayInside } from "./inside-view.ts";

interface Explanation {
  readonly found: boolean;
  readonly ways: readonly { taken: boolean; whyNot?: string; hops: string[]; link: { remote: string } }[];
  readonly tracks: readonly { track: string; readers: number; groups: number; over: { remote: string } }[];
}

test("a broadcast is explained: every way, which one is taken and why, and who reads it", () => {
  const relay = new TestRelay();
  const inside = new RelayInside(relay.core, undefined);
  const near = relay.publisher({ hop: 0xan, hops: [7n], cost: 1, from: "near.test" });
  relay.publisher({ hop: 0xbn, hops: [7n], cost: 5, from: "far.test" });
  relay.viewer().subscribe();
  near.group(0, framesOf(0, 1));
  const { found, ways, tracks } = inside.explain("cam") as Explanation;
  assert.equal(found, true);
  assert.deepEqual(
    ways.map(({ taken, whyNot, hops }) => [taken, whyNot, hops]),
    [
      [true, undefined, ["7", "a"]],
      [false, "it costs 6, the chosen one 2", ["7", "b"]],
    ],
  );
  assert.deepEqual(
    tracks.map(({ track, readers, groups, over }) => [track, readers, groups, over.remote === ways[0]?.link.remote]),
    [["video", 1, 1, true]],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(inside.explain("cam"))), inside.explain("cam"), "it is plain JSON");
});

test("what nobody has is explained, too", () => {
  const relay = new TestRelay();
  const inside = new RelayInside(relay.core, undefined);
  assert.deepEqual(inside.explain("nothing"), { broadcast: "nothing", found: false, ways: [], tracks: [] });
});

test("broadcasts are named but for hidden ones; a relay without a cluster says so", () => {
  const relay = new TestRelay();
  const inside = new RelayInside(relay.core, undefined);
  relay.publisher({ names: ["room/b", "room/a", ".hid/c", "else"] });
  assert.deepEqual(
    [inside.broadcasts("room"), inside.broadcasts("")],
    [
      ["room/a", "room/b"],
      ["else", "room/a", "room/b"],
    ],
  );
  assert.deepEqual(inside.nodes(), { cluster: false });
});
