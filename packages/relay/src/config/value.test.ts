import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ValueError } from "./address.ts";
import { formatDuration, parseDuration } from "./duration.ts";
import { editDistance, nearest } from "./nearest.ts";
import { matches, overlapsBelow, parsePattern, parsePublic } from "./pattern.ts";
import { formatSize, parseMemory, parseSize } from "./size.ts";

test("durations are read with their unit, and plain numbers are seconds", () => {
  const cases: [string | number, number][] = [
    ["250ms", 250],
    ["10s", 10_000],
    ["1m30s", 90_000],
    ["1 h", 3_600_000],
    ["1.5s", 1_500],
    ["10", 10_000],
    [0.25, 250],
    ["0", 0],
  ];
  for (const [written, milliseconds] of cases) assert.equal(parseDuration(written), milliseconds, String(written));
  for (const written of ["", "5x", "s", "-1s", "1s2", "1e3s", "NaN", Number.NaN]) {
    assert.throws(() => parseDuration(written), ValueError, String(written));
  }
  fc.assert(fc.property(fc.nat(), (ms) => assert.equal(parseDuration(formatDuration(ms)), ms)));
});

test("sizes are read with their unit, and plain numbers are bytes", () => {
  const cases: [string | number, number][] = [
    ["64MiB", 2 ** 26],
    ["512MB", 512e6],
    ["1.5 KiB", 1536],
    [7, 7],
  ];
  for (const [written, bytes] of cases) assert.equal(parseSize(written), bytes, String(written));
  for (const written of ["", "5x", "MiB", "-1", "10%", "1K"])
    assert.throws(() => parseSize(written), ValueError, written);
  fc.assert(fc.property(fc.nat(), (bytes) => assert.equal(parseSize(formatSize(bytes)), bytes)));
});

test("a share of memory is a share of memory", () => {
  assert.equal(parseMemory("50%"), Math.floor(parseMemory("100%") / 2));
  for (const written of ["0%", "101%", "-5%"]) assert.throws(() => parseMemory(written), ValueError, written);
});

test("without a wildcard a public path is a prefix, with one it is a pattern", () => {
  const cases: [string, string][] = [
    ["", "**"],
    ["anon", "anon/**"],
    ["/anon/", "anon/**"],
    ["anon/**", "anon/**"],
    ["*/cam", "*/cam"],
  ];
  for (const [written, pattern] of cases) assert.equal(parsePublic(written).text, pattern);
  for (const written of ["a//**", "/**", "**/a/**", "a*b*c", Array(33).fill("*").join("/")]) {
    assert.throws(() => parsePublic(written), ValueError, written);
  }
});

test("patterns cover what they say", () => {
  const cases: [string, string[], string[]][] = [
    ["**", ["", "a", "a/b/c"], []],
    ["anon/**", ["anon", "anon/a", "anon/a/b"], ["", "anona", "b/anon"]],
    ["*/cam", ["a/cam"], ["cam", "a/b/cam", "a/cam/b"]],
    ["room/cam-*", ["room/cam-1", "room/cam-"], ["room/cam", "room/xcam-1"]],
    ["**/end", ["end", "a/b/end"], ["end/a"]],
    ["a/**/z", ["a/z", "a/b/z"], ["a", "z", "a/z/b"]],
  ];
  for (const [text, inside, outside] of cases) {
    const pattern = parsePattern(text);
    for (const path of inside) assert.equal(matches(pattern, path), true, `${text} covers ${path}`);
    for (const path of outside) assert.equal(matches(pattern, path), false, `${text} does not cover ${path}`);
  }
});

test("a listener can be told something exactly where a path below its prefix is covered", () => {
  const segment = fc.constantFrom("a", "b");
  const path = fc.array(segment, { maxLength: 3 }).map((segments) => segments.join("/"));
  const pattern = fc.constantFrom("**", "a/**", "*/b", "a", "a/**/b", "b/*/a").map(parsePattern);
  const below = ["", "a", "b", "a/a", "a/b", "b/a", "b/b", "a/a/b", "b/a/a", "b/b/a"];
  fc.assert(
    fc.property(pattern, path, (one, prefix) => {
      const some = below.some((rest) => matches(one, [prefix, rest].filter((part) => part !== "").join("/")));
      assert.equal(overlapsBelow(one, prefix), some, `${one.text} below ${prefix}`);
    }),
  );
});

test("the nearest name is the one with the fewest edits, and nothing when none is near", () => {
  const names = ["--cluster-root", "--cluster-node", "--log-level"];
  assert.equal(nearest("--cluster-rot", names), "--cluster-root");
  assert.equal(nearest("--cluster-ndoe", names), "--cluster-node");
  assert.equal(nearest("--frobnicate", names), undefined);
  assert.equal(editDistance("abcd", "abdc", 9), 1);
  assert.equal(editDistance("", "abc", 9), 3);
});
