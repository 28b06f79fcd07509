import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { defaultOf } from "./assemble.ts";
import { readEnvironment } from "./environment.ts";
import { samplesOf } from "./every-key.samples.ts";
import { readFile } from "./file.ts";
import { readFlags } from "./flags.ts";
import type { Given, Reading } from "./given.ts";
import { spellingsOf } from "./names.ts";
import type { Option } from "./option.ts";
import { ENTRIES, OPTIONS } from "./options/index.ts";
import { resolve } from "./resolve.ts";

type Written = string | readonly string[];
type Kind = "flag" | "env" | "file";

function ok(reading: Reading): readonly Given[] {
  assert.deepEqual(reading.problems, []);
  assert.deepEqual(reading.warnings, []);
  return reading.given;
}

/** The value of one option, written in one spelling of one source. */
function give(kind: Kind, spelling: string, option: Option, written: Written): readonly Given[] {
  const items = typeof written === "string" ? [written] : written;
  if (kind === "flag") {
    if (option.shape === "toggle") return ok(readFlags([`${spelling}=${written}`]));
    return ok(readFlags(items.flatMap((item) => [spelling, item])));
  }
  if (kind === "env") return ok(readEnvironment({ [spelling]: items.join(",") }));
  const value = option.shape === "toggle" ? String(written) : JSON.stringify(written);
  return ok(readFile("relay.toml", `${spelling} = ${value}\n`));
}

function spelled(option: Option): [Kind, string][] {
  const { flags, variables, keys } = spellingsOf(option);
  return [
    ...flags.map((name): [Kind, string] => ["flag", name]),
    ...variables.map((name): [Kind, string] => ["env", name]),
    ...keys.map((name): [Kind, string] => ["file", name]),
  ];
}

function resolved(option: Option, given: readonly Given[]): unknown {
  const { values, problems } = resolve(given);
  assert.deepEqual(problems, []);
  assert.ok(values.has(option.path), `${option.path} is given`);
  return values.get(option.path);
}

test("no two options share a name in any source", () => {
  for (const source of ["flags", "variables", "keys"] as const) {
    const names = ENTRIES.flatMap((entry) => spellingsOf(entry)[source]);
    assert.deepEqual(
      names.filter((name, i) => names.indexOf(name) !== i),
      [],
    );
  }
});

test("every option gives the same value in every spelling of every source", () => {
  for (const option of OPTIONS) {
    const samples = samplesOf(option);
    assert.ok(samples.length > 0, `${option.path} has samples`);
    for (const written of samples) {
      const [[kind, name] = assert.fail(), ...others] = spelled(option);
      const expected = resolved(option, give(kind, name, option, written));
      assert.notDeepEqual(expected, defaultOf(option, undefined), `${option.path}: ${written} is not the default`);
      for (const [otherKind, other] of others) {
        const value = resolved(option, give(otherKind, other, option, written));
        assert.deepEqual(value, expected, `${other} = ${written}`);
      }
    }
  }
});

test("a number and a boolean in TOML mean what their text means", () => {
  for (const option of OPTIONS.filter((one) => one.shape !== "list")) {
    for (const written of samplesOf(option).filter((one) => /^(\d+(\.\d+)?|true|false)$/.test(String(one)))) {
      const [key = assert.fail()] = spellingsOf(option).keys;
      const bare = ok(readFile("relay.toml", `${key} = ${written}\n`));
      const quoted = ok(readFile("relay.toml", `${key} = "${written}"\n`));
      assert.deepEqual(resolved(option, bare), resolved(option, quoted), key);
    }
  }
});

test("for every option a flag wins over the environment, the environment over the file, the file over the default", () => {
  for (const option of OPTIONS) {
    const samples = samplesOf(option);
    const low = samples[0]!;
    const high = samples.at(-1)!;
    const { flags, variables, keys } = spellingsOf(option);
    const file = give("file", keys[0]!, option, low);
    const env = give("env", variables[0]!, option, high);
    const flag = give("flag", flags[0]!, option, low);
    assert.deepEqual(resolve([...file, ...env]).values.get(option.path), resolved(option, env), option.path);
    assert.deepEqual(resolve([...env, ...flag]).values.get(option.path), resolved(option, flag), option.path);
    assert.deepEqual(resolve([...flag, ...file]).values.get(option.path), resolved(option, flag), option.path);
    assert.deepEqual(resolve([...file, ...readFlags([]).given]).values.get(option.path), resolved(option, file));
  }
});

test("any mixture of options, sources and spellings resolves option by option", () => {
  const one = fc.constantFrom(...OPTIONS).chain((option) =>
    fc.record({
      option: fc.constant(option),
      place: fc.constantFrom(...spelled(option)),
      written: fc.constantFrom(...samplesOf(option)),
    }),
  );
  const many = fc.uniqueArray(one, { selector: (each) => each.option.path, maxLength: 20 });
  fc.assert(
    fc.property(many, (choices) => {
      const all = choices.flatMap(({ option, place, written }) => give(place[0], place[1], option, written));
      const { values, problems } = resolve(all);
      assert.deepEqual(problems, []);
      assert.equal(values.size, choices.length);
      for (const { option, place, written } of choices) {
        assert.deepEqual(values.get(option.path), resolved(option, give(place[0], place[1], option, written)));
      }
    }),
    { numRuns: 300 },
  );
});

test("two spellings of one setting in one source are refused, in two sources they are not", () => {
  for (const option of OPTIONS) {
    const written = samplesOf(option)[0]!;
    for (const kind of ["flag", "env", "file"] as const) {
      const names = spelled(option).filter(([other]) => other === kind);
      for (const [, older] of names.slice(1)) {
        const [[, own] = assert.fail()] = names;
        const { problems } = resolve([...give(kind, own, option, written), ...give(kind, older, option, written)]);
        assert.equal(problems.length, 1, `${own} and ${older}`);
        assert.match(problems[0]!.what, /two spellings/);
      }
    }
    const [[, flag] = assert.fail()] = spelled(option);
    const oldKey = spellingsOf(option).keys.at(-1)!;
    assert.deepEqual(
      resolve([...give("flag", flag, option, written), ...give("file", oldKey, option, written)]).problems,
      [],
    );
  }
});
