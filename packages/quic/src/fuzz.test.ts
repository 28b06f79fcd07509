import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { quicTest } from "./testing/quic-test.ts";

/** A few seconds each here; `node packages/quic/fuzz/fuzz.ts --seconds 3600` runs for as long as one likes. */
const SECONDS = "4";

const program = fileURLToPath(new URL("../fuzz/fuzz.ts", import.meta.url));

for (const [name, what] of [
  ["packets", "random and changed packets"],
  ["streams", "clients that speak HTTP/3 badly"],
  ["calls", "calls in any order with any arguments"],
] as const) {
  quicTest(`the process survives ${what}, and serves honest clients`, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, name, "--seconds", SECONDS]);
    console.log(stdout.trim());
    assert.match(stdout, /survived/);
  });
}
