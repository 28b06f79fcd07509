import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_PATH, MAX_PATH_SEGMENTS, MAX_TRACK_NAME } from "@moq-relay/protocol/wire";
import { parsePublic } from "../config/index.ts";
import { type Publisher, TestRelay } from "../core.fixture.ts";
import { PublicView } from "./public-view.ts";

const NEVER = new AbortController().signal;
/** What is asked of nobody must be answered at once. */
const LIMIT = { timeout: 10_000 };

/** A relay with a publisher of everything below "room", and what HTTP may see of it. */
function stage(): { view: PublicView; publisher: Publisher } {
  const relay = new TestRelay();
  const publisher = relay.publisher({ names: ["room"] });
  const all = [parsePublic("")];
  const view = new PublicView({
    core: relay.core,
    access: { subscribe: all, publish: all },
    maxFetchQueue: 1 << 20,
    maxFetchBytes: 1 << 20,
    readings: [],
    fingerprint: () => undefined,
    unready: () => undefined,
  });
  return { view, publisher };
}

test("empty segments of a URL are dropped before anybody is asked", LIMIT, async () => {
  const { view, publisher } = stage();
  const fetched = view.fetch("/room//cam/", "video", "latest", NEVER);
  publisher.relay.settle();
  assert.equal(publisher.current.said.broadcast, "room/cam");
  publisher.whole(0);
  assert.notEqual(await fetched, "not found");
  assert.deepEqual(await view.announced("/room//"), { names: new Set([""]), complete: true });
});

test("the cluster's own names are forbidden however they are written", LIMIT, async () => {
  const { view } = stage();
  for (const path of [".internal/origins/x", "/.internal/origins/x", "//.internal//origins/x"]) {
    assert.equal(await view.fetch(path, "status", "latest", NEVER), "forbidden", path);
  }
});

test("names that no message can say are not found, and nobody is asked for them", LIMIT, async () => {
  const { view, publisher } = stage();
  const deep = ["room", ...Array<string>(MAX_PATH_SEGMENTS).fill("d")].join("/");
  const long = `room/${"l".repeat(MAX_PATH)}`;
  for (const path of [deep, long]) assert.equal(await view.fetch(path, "video", "latest", NEVER), "not found");
  assert.equal(await view.fetch("room", "t".repeat(MAX_TRACK_NAME + 1), "latest", NEVER), "not found");
  publisher.relay.settle();
  assert.deepEqual([publisher.wanted.length, publisher.asked], [0, 0]);
});
