import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { framesOf, TestRelay } from "../core.fixture.ts";
import { RelayInside } from "./inside-view.ts";

const MAX_NAMES = 2;

test("a broadcast is explained: every way, which one is taken and why, and who reads it", async () => {
  const relay = new TestRelay();
  const inside = new RelayInside(relay.core, undefined, MAX_NAMES);
  const near = relay.publisher({ hop: 0xan, hops: [7n], cost: 1, from: "near.test" });
  relay.publisher({ hop: 0xbn, hops: [7n], cost: 5, from: "far.test" });
  relay.viewer().subscribe();
  near.group(0, framesOf(0, 1));
  const { found, ways, tracks } = await inside.explain("cam");
  assert.equal(found, true);
  assert.deepEqual(
    ways.map(({ taken, whyNot, hops }) => [taken, whyNot, hops]),
    [
      [true, undefined, ["7", "a"]],
      [false, "it costs 6, the chosen one 2", ["7", "b"]],
    ],
  );
  assert.deepEqual(
    tracks.map(({ track, readers, groups, over }) => [track, readers, groups, isDeepStrictEqual(over, ways[0]?.link)]),
    [["video", 1, 1, true]],
  );
  assert.deepEqual(
    JSON.parse(JSON.stringify(await inside.explain("cam"))),
    await inside.explain("cam"),
    "it is plain JSON",
  );
});

test("what nobody has is explained, too", async () => {
  const relay = new TestRelay();
  const inside = new RelayInside(relay.core, undefined, MAX_NAMES);
  const nothing = { broadcast: "nothing", complete: true, found: false, ways: [], tracks: [], addresses: {} };
  assert.deepEqual(await inside.explain("nothing"), nothing);
});

test("broadcasts are named but for hidden ones; a relay without a cluster says so", async () => {
  const relay = new TestRelay();
  const inside = new RelayInside(relay.core, undefined, MAX_NAMES);
  relay.publisher({ names: ["room/b", "room/a", ".hid/c"] });
  const viewer = relay.viewer();
  viewer.subscribe("room/a", "video");
  viewer.subscribe("room/a", "audio");
  const at = { id: "", address: "" };
  const [a, b] = [
    { name: "room/a", at, readers: 2, tracks: ["audio", "video"] },
    { name: "room/b", at, readers: 0, tracks: [] },
  ];
  assert.deepEqual(await inside.broadcasts("/room/"), { complete: true, truncated: false, broadcasts: [a, b] });
  assert.deepEqual(await inside.broadcasts("room/a"), { complete: true, truncated: false, broadcasts: [a] });
  relay.publisher({ names: ["top"] });
  assert.deepEqual(await inside.broadcasts(""), { complete: true, truncated: true, broadcasts: [a, b] });
  assert.deepEqual(await inside.nodes(), { cluster: false, complete: true, nodes: [] });
});
