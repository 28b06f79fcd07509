/** What `npm test` says besides the lines of the tests: what was skipped and why, and what failing files wrote. */

/** An event of the test runner. */
export interface TestEvent {
  readonly type: string;
  readonly data: { readonly file?: string; readonly success?: boolean };
}

/** How a case is skipped that asks of a transport what it is not there to do. All other skips are the machine's. */
const NOT_APPLICABLE = / does not have: | has: |^no flow control$/;

/** The tests that were not run, by reason. */
export class Skips {
  notApplicable = 0;
  readonly #byReason = new Map<string, string[]>();

  /** @param reason why, as the test says; true when it says nothing. */
  add(name: string, reason: string | true): void {
    const why = reason === true || reason === "" ? "this machine lacks what it needs" : reason;
    if (NOT_APPLICABLE.test(why)) this.notApplicable += 1;
    else this.#byReason.set(why, [...(this.#byReason.get(why) ?? []), name]);
  }

  /** Tests that the machine does not allow. */
  get skipped(): number {
    return [...this.#byReason.values()].reduce((sum, names) => sum + names.length, 0);
  }

  /** Each reason once, with the tests that it kept from running. */
  lines(): string[] {
    return [...this.#byReason].map(([why, names]) => {
      const what = names.length === 1 ? names[0] : `${names.length} tests, the first "${names[0]}"`;
      return `skipped, because ${why}: ${what}`;
    });
  }
}

/** Keeps back what test files write to the console, such as the traces of faults they provoke, unless the file fails. */
export async function* withoutOutputOfPassing<Event extends TestEvent>(
  source: AsyncIterable<Event>,
): AsyncGenerator<Event> {
  const held = new Map<string, Event[]>();
  for await (const event of source) {
    const file = event.data.file ?? "";
    if (event.type === "test:stdout" || event.type === "test:stderr") {
      held.set(file, [...(held.get(file) ?? []), event]);
      continue;
    }
    if (event.type === "test:summary" && event.data.file !== undefined) {
      if (event.data.success === false) yield* held.get(file) ?? [];
      held.delete(file);
    }
    yield event;
  }
  for (const events of held.values()) yield* events;
}
