import assert from "node:assert/strict";
import { test } from "node:test";
import { front, type Standing } from "./front.ts";

/** `down`: out of reach; `unknown`: not dialled yet; all others are linked. */
function choose(order: string, own: string, { down = "", unknown = "" } = {}) {
  const standing = (address: string): Standing =>
    down.includes(address) ? "failing" : unknown.includes(address) ? "hoped" : "linked";
  const { first, dial } = front([...order], own, standing);
  return `${first.join("")} dial ${dial.join("")}`;
}

test("the first three stand in, oneself among them", () => {
  assert.equal(choose("abcdef", "b"), "abc dial ");
  assert.equal(choose("abcdef", "f"), "abc dial ");
  assert.equal(choose("ab", "a"), "ab dial ");
});

test("who has not been tried yet is hoped for, and nobody else is dialled", () => {
  assert.equal(choose("abcdef", "b", { unknown: "acdef" }), "abc dial ac");
});

test("who is out of reach is passed over, but dialled again", () => {
  assert.equal(choose("abcdef", "f", { down: "ac", unknown: "e" }), "bde dial ace");
  assert.equal(choose("abc", "c", { down: "ab" }), "c dial ab");
});

test("of many who are out of reach the first ones are dialled", () => {
  const order = "abcdefghijklmnopqrstuvwxyz";
  assert.equal(choose(order, "x", { down: order.replace("x", "") }), "x dial abcdefghijklmnop");
});
