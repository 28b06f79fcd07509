import assert from "node:assert/strict";
import { test } from "node:test";
import { metricSum } from "./metrics.ts";

const PAGE = `# HELP bytes_total Bytes.
# TYPE bytes_total counter
bytes_total{to="client",version="06"} 10
bytes_total{to="relay",version="06"} 2.5e1
bytes_total_other 7
sessions 3
`;

test("the series of a metric are added up", () => {
  assert.equal(metricSum(PAGE, "bytes_total"), 35);
  assert.equal(metricSum(PAGE, "sessions"), 3);
});

test("labels choose among the series", () => {
  assert.equal(metricSum(PAGE, "bytes_total", { to: "relay" }), 25);
  assert.equal(metricSum(PAGE, "bytes_total", { to: "nobody" }), 0);
});

test("a metric that is not there counts nothing", () => {
  assert.equal(metricSum(PAGE, "bytes"), 0);
});
