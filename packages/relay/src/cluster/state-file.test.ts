import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Remembered } from "./remembered.ts";
import { StateFile } from "./state-file.ts";
import { TestClock } from "./test-clock.fixture.ts";

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "moq-relay-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

function subject(path: string, max = 9) {
  const warnings: string[] = [];
  const log = { debug: () => {}, info: () => {}, warn: (message: string) => warnings.push(message) };
  const clock = new TestClock();
  const store = new StateFile(path, log);
  return { clock, store, warnings, remembered: new Remembered({ clock, log, store, max }) };
}

test("what was remembered is there after a restart, as much as there is room for", async (t) => {
  const path = join(await folder(t), "members.json");
  const first = subject(path);
  for (const address of ["a:1", "b:1", "c:1"]) first.remembered.add(address);
  first.remembered.delete("b:1");
  first.clock.advance(1_000);
  await first.store.written();
  assert.deepEqual(subject(path).remembered.order.toSorted(), ["a:1", "c:1"]);
  assert.equal(subject(path, 1).remembered.size, 1);
  assert.deepEqual(first.warnings, []);
});

test("it is written every ten seconds at most, and once more at the end", async (t) => {
  const path = join(await folder(t), "members.json");
  const { clock, store, remembered } = subject(path);
  const members = async () => {
    await store.written();
    return (JSON.parse(await readFile(path, "utf8")) as { members: string[] }).members;
  };
  remembered.add("a:1");
  clock.advance(1_000);
  remembered.add("b:1");
  clock.advance(9_999);
  assert.deepEqual(await members(), ["a:1"]);
  clock.advance(1);
  assert.deepEqual(await members(), ["a:1", "b:1"]);
  remembered.add("c:1");
  remembered.close();
  assert.deepEqual(await members(), ["a:1", "b:1", "c:1"]);
});

test("of writes that come while one is under way the last one counts", async (t) => {
  const path = join(await folder(t), "members.json");
  const { store } = subject(path);
  for (const text of ["1", "2", "3"]) store.write(text);
  await store.written();
  assert.equal(await readFile(path, "utf8"), "3");
});

for (const text of ["", "{", "[]", "null", '{"members":[1]}', '{"members":[""]}', '{"members":{}}']) {
  test(`a file with ${JSON.stringify(text)} in it is a warning, and nobody is remembered`, async (t) => {
    const path = join(await folder(t), "members.json");
    await writeFile(path, text);
    const { remembered, warnings } = subject(path);
    assert.equal(remembered.size, 0);
    assert.equal(warnings.length, 1);
  });
}

test("a file that can be neither read nor written is said once each", async (t) => {
  const path = await folder(t);
  const { store, warnings } = subject(path);
  for (const text of ["1", "2"]) {
    store.write(text);
    await store.written();
  }
  assert.deepEqual(warnings, ["the state file cannot be read", "the state file cannot be written"]);
});
