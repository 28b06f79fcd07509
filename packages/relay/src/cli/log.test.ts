import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, isText } from "./log.ts";

function lines(
  format: "auto" | "text" | "json",
  isTTY: boolean,
): { sink: { isTTY: boolean; write(line: string): void }; said: string[]; format: typeof format } {
  const said: string[] = [];
  return { sink: { isTTY, write: (line) => void said.push(line) }, said, format };
}

test("auto is text on a terminal and JSON elsewhere", () => {
  assert.equal(isText({ level: "info", format: "auto" }, { isTTY: true, write: () => {} }), true);
  assert.equal(isText({ level: "info", format: "auto" }, { write: () => {} }), false);
  assert.equal(isText({ level: "info", format: "json" }, { isTTY: true, write: () => {} }), false);
});

test("a line of text has time, level, message and fields", () => {
  const { sink, said } = lines("text", false);
  const log = createLog({ level: "debug", format: "text" }, sink).child({ session: 7 });
  log.debug("subscribed", { path: "room/my cam", frames: 3 });
  assert.match(said[0]!, /^\d\d:\d\d:\d\d\.\d{3} debug subscribed {2}session=7 {2}path="room\/my cam" {2}frames=3\n$/);
});

test("what a peer names cannot command the terminal", () => {
  const { sink, said } = lines("text", true);
  createLog({ level: "info", format: "text" }, sink).info("a\x1b[2Jb\nc", { path: "\x07" });
  const ownColours = new RegExp(`${String.fromCharCode(27)}\\[(32|0)m`, "g");
  assert.doesNotMatch(said[0]!.slice(0, -1).replaceAll(ownColours, ""), /\p{Cc}/u);
});

test("below the level nothing is said, and off says nothing", () => {
  const { sink, said } = lines("json", false);
  createLog({ level: "warn", format: "json" }, sink).info("no");
  createLog({ level: "off", format: "json" }, sink).error("no");
  assert.deepEqual(said, []);
  createLog({ level: "warn", format: "json" }, sink).error("yes", { code: "x" });
  const { time, ...record } = JSON.parse(said[0]!);
  assert.deepEqual(record, { level: "error", code: "x", msg: "yes" });
  assert.ok(Date.parse(time) > 0);
});
