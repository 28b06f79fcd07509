import assert from "node:assert/strict";
import { test } from "node:test";
import { ClusterCounters } from "./cluster/index.ts";
import { clusterReadings } from "./parts.ts";

test("all that the cluster counts is shown, by the name of what happened", () => {
  const counters = new ClusterCounters();
  const [reading] = clusterReadings(counters);
  counters.addressesTwice += 1;
  const shown = reading?.read();
  assert.ok(shown instanceof Map);
  assert.deepEqual(
    [shown.get("addresses_twice"), shown.get("routes_refused"), shown.size],
    [1, 0, Object.keys(counters).length],
  );
  assert.deepEqual(clusterReadings(undefined), []);
});
