import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "@moq-relay/protocol/session";
import { World } from "@moq-relay/protocol/testing";
import { ClientLog } from "./client-log.ts";

function client(id: number): Session {
  const info = { binding: "webtransport", remote: "127.0.0.1:5000" };
  return { id, version: "moq-lite-06", connection: { info } } as unknown as Session;
}

function watched() {
  const world = new World();
  const lines: string[] = [];
  const say = (message: string, fields: object = {}): void => {
    lines.push([message, ...Object.values(fields).filter((value) => value !== undefined)].join(", "));
  };
  return { world, lines, log: new ClientLog({ clock: world.clock, say, maxLines: 10, maxNames: 2 }) };
}

test("what a client does is said in words, each name once", () => {
  const { world, lines, log } = watched();
  log.connected(client(7));
  log.publishes(client(7), "room/cam");
  log.publishes(client(7), "room/cam");
  log.watches(client(7), "room/other");
  for (const name of ["a", "b", "c"]) log.watches(client(7), name);
  world.time.advance(12_000);
  log.gone(client(7), { by: "peer", code: 0, reason: "" });
  log.gone(client(8), { by: "lost", code: 0, reason: "" });
  assert.deepEqual(lines, [
    "client 7 connected, WebTransport, moq-lite-06, 127.0.0.1:5000",
    "client 7 publishes room/cam",
    "client 7 watches room/other",
    "client 7 watches a",
    "client 7 is gone after 12 s, it said goodbye",
  ]);
});

test("of more than ten lines in a second the rest is a number", () => {
  const { world, lines, log } = watched();
  for (let id = 0; id < 100; id++) log.connected(client(id));
  assert.equal(lines.length, 10);
  world.time.advance(1_000);
  assert.equal(lines.at(-1), "90 more lines about clients in this second");
  log.connected(client(100));
  world.time.advance(1_000);
  assert.equal(lines.length, 12);
});
