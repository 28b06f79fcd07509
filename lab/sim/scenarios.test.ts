/** Histories with names, from the list of what has gone wrong in clusters of this kind. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SCENARIOS } from "./scenarios/index.ts";
import { play } from "./scenarios/play.ts";

for (const scenario of SCENARIOS) {
  const { id, title, todo } = scenario;
  // What waits for something to be built is played too: once it holds, its mark has to go.
  const name = todo === undefined ? `${id}: ${title}` : `open, ${id}: ${title} (${todo})`;
  test(name, () => {
    const { violations, transcript } = play(scenario);
    const [first] = violations;
    if (todo !== undefined) return assert.ok(first, "it holds now: it is no longer open");
    assert.equal(
      first,
      undefined,
      `${first?.invariant}: ${first?.who} ${first?.what}\n${transcript.last(30).join("\n")}`,
    );
  });
}
