import assert from "node:assert/strict";
import { test } from "node:test";
import type { Path } from "@moq-relay/protocol/model";
import { parsePublic } from "../config/pattern.ts";
import { TestRelay } from "../core.fixture.ts";
import type { Membership } from "../core.ts";
import type { RouteTable } from "../routing/index.ts";
import { PublicView } from "./public-view.ts";

const LIMIT = { timeout: 10_000 };
const ALL = [parsePublic("")];

/** A cluster that has these, and tells of them for as long as somebody lists. */
function knowing(paths: readonly Path[], complete = true) {
  const asked: Path[] = [];
  const membership = (table: RouteTable): Membership => ({
    hello: () => undefined,
    memberOpened: () => {},
    sessionClosed: () => {},
    onListen: () => () => {},
    ask: () => () => {},
    flow: () => {},
    list: (prefix, done) => {
      asked.push(prefix);
      const offer = { hops: [5n], warm: 1, cold: 1 };
      for (const path of paths) table.offer({ path, offer, link: 9, scope: "member" }, 0);
      done(complete);
      table.linkLost(9, { keepStale: false });
      return () => {};
    },
  });
  return { asked, membership };
}

async function listed(view: PublicView, prefix: Path): Promise<unknown> {
  const listing = await view.announced(prefix);
  return listing === "forbidden" ? listing : { names: [...listing.names].sort(), complete: listing.complete };
}

function viewOf(relay: TestRelay, subscribe = ALL): PublicView {
  return new PublicView({
    core: relay.core,
    access: { subscribe, publish: [] },
    maxFetchQueue: 1 << 20,
    maxFetchBytes: 1 << 20,
    readings: [],
    fingerprint: () => undefined,
    unready: () => undefined,
  });
}

test("what the cluster tells is listed with what is here, as long as it may be read and is not hidden", async () => {
  const { membership, asked } = knowing(["room/far", "room/.hid/x", ".internal/origins/a", "closed/cam"]);
  const relay = new TestRelay({ membership });
  relay.publisher({ names: ["room/near", "room/.secret"] });
  const view = viewOf(relay);
  assert.deepEqual(await listed(view, "room"), { names: ["far", "near"], complete: true });
  assert.deepEqual(await listed(view, ""), { names: ["closed/cam", "room/far", "room/near"], complete: true });
  assert.deepEqual(await listed(viewOf(relay, [parsePublic("room")]), ""), {
    names: ["room/far", "room/near"],
    complete: true,
  });
  assert.deepEqual(asked, ["room", "", ""]);
  assert.equal(relay.core.table.size, 2, "nothing of it stays");
});

test("for what nobody may read, or the cluster keeps to itself, the cluster is not asked", async () => {
  const { membership, asked } = knowing([".internal/origins/a"]);
  const relay = new TestRelay({ membership });
  assert.deepEqual(await listed(viewOf(relay), ".internal/origins"), { names: [], complete: true });
  assert.equal(await listed(viewOf(relay, [parsePublic("room")]), "closed"), "forbidden");
  assert.deepEqual(asked, []);
});

test("what the cluster has not confirmed is said, and a relay alone knows all", async () => {
  const doubtful = new TestRelay({ membership: knowing(["a"], false).membership });
  assert.deepEqual(await listed(viewOf(doubtful), ""), { names: ["a"], complete: false });
  const alone = new TestRelay();
  alone.publisher({ names: ["cam"] });
  assert.deepEqual(await listed(viewOf(alone), ""), { names: ["cam"], complete: true });
});

test("a fetch tells a broadcast that nobody has from one that lacks what is asked for", LIMIT, async () => {
  const relay = new TestRelay();
  const publisher = relay.publisher({ version: "moq-lite-04" });
  relay.viewer().subscribe();
  for (const sequence of [3, 5]) publisher.whole(sequence);
  const fetched = (name: string) => viewOf(relay).fetch(name, "video", 4, new AbortController().signal);
  assert.equal(await fetched("nobody"), "no broadcast");
  assert.equal(await fetched("cam"), "not found");
});
