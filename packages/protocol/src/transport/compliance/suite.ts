import type { Capabilities, Harness } from "./harness.ts";

/** One behaviour. */
export interface Case {
  /** A sentence that is true of a good implementation. */
  readonly name: string;
  /** Skipped where the binding cannot do this. */
  readonly needs?: keyof Capabilities;
  /** Skipped where the binding can do this. */
  readonly unless?: keyof Capabilities;
  run(harness: Harness): Promise<void>;
}

/** As much of `test` from `node:test` as the suite uses. */
export type Test = (
  name: string,
  options: { readonly skip?: string; readonly timeout?: number },
  body: () => Promise<void>,
) => unknown;

/** Longest that a case may take, milliseconds. */
const CASE_TIMEOUT = 60_000;

/** Hands every case to `test`, under the name of the implementation. */
export function register(name: string, harness: Harness, cases: readonly Case[], test: Test): void {
  for (const { name: behaviour, needs, unless, run } of cases) {
    let options: Parameters<Test>[1] = { timeout: CASE_TIMEOUT };
    if (needs && !harness.capabilities[needs]) options = { skip: `${name} does not have: ${needs}` };
    if (unless && harness.capabilities[unless]) options = { skip: `${name} has: ${unless}` };
    test(`${name}: ${behaviour}`, options, () => run(harness));
  }
}
