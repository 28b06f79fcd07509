import assert from "node:assert/strict";
import { test } from "node:test";
import type { MemberLink } from "./links.ts";
import { nodeStatus, ownTracks, PULSE, STATUS } from "./status.ts";

const FACTS = { version: "1", load: 0, region: "", draining: false };

function links(count: number): MemberLink[] {
  const session = { connection: { stats: () => ({}) } };
  return Array.from(
    { length: count },
    (_, i) => ({ hop: BigInt(i), address: `n${i}`, kind: "node", session }) as never,
  );
}

test("what every node hears of a root does not grow with their number, and what people ask for has an end", () => {
  const own = { hop: 1n, address: "root", root: true, standingIn: false, incarnation: 0 };
  const tracks = ownTracks(() => nodeStatus(own, FACTS, links(5_000)));
  assert.equal(tracks.get(PULSE)?.sample().length, 0);
  const said = new TextDecoder().decode(tracks.get(STATUS)?.sample());
  assert.equal(JSON.parse(said).links.length, 256);
  assert.ok(said.length < 64 << 10, "what `nodes` reads at most");
});
