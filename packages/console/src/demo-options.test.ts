import assert from "node:assert/strict";
import { test } from "node:test";
import { demoPorts, elsewhere } from "./demo-options.ts";

test("the demo takes other ports, and nothing that it does not know", () => {
  assert.deepEqual(demoPorts([]), { root: 4440, first: 4443, second: 4444 });
  assert.deepEqual(demoPorts(["--port-base", "5000"]), { root: 5000, first: 5003, second: 5004 });
  assert.equal(elsewhere(demoPorts([])), "npm run demo -- --port-base 4540");
  for (const wrong of [["--port", "1"], ["x"], ["--port-base", "x"], ["--port-base", "70000"], ["--port-base"]]) {
    assert.throws(() => demoPorts(wrong), Error, wrong.join(" "));
  }
});
