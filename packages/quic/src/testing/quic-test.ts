import { type TestContext, test } from "node:test";
import { unavailableReason } from "../native.ts";

/** Longest that a test may take, milliseconds. */
const TIMEOUT = 60_000;

/** A test that needs the addon; without it, one line says why it is skipped. */
export function quicTest(name: string, body: (context: TestContext) => Promise<void>): void {
  const skip = unavailableReason();
  test(name, skip === undefined ? { timeout: TIMEOUT } : { skip }, body);
}
