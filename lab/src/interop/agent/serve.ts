import { createInterface } from "node:readline";
import type { Answer, Calls, Request } from "./calls.ts";
import { Lacking } from "./face.ts";

/** What a client does for each call. */
export type Serve = {
  [Name in keyof Calls]: (ask: Calls[Name]["ask"]) => Promise<Calls[Name]["answer"]> | Calls[Name]["answer"];
};

/** Serves the calls that come on standard input, until it ends. */
export function serveCalls(serve: Serve): void {
  createInterface({ input: process.stdin })
    .on("line", (line) => answer(serve, JSON.parse(line) as Request))
    .on("close", () => process.exit(0));
  // A package that lets a promise of its own go unheard must not take the other sessions with it.
  process.on("unhandledRejection", (error) => console.error(error));
}

/** @throws when there is no such session or broadcast. */
export function entry<T>(map: ReadonlyMap<string, T>, key: string): T {
  const found = map.get(key);
  if (found === undefined) throw new Error(`there is no "${key}" here`);
  return found;
}

function answer(serve: Serve, { id, call, ask }: Request): void {
  const tell = (said: Answer) => process.stdout.write(`${JSON.stringify(said)}\n`);
  const asked = (async () => (serve[call] as (ask: unknown) => unknown)(ask))();
  asked.then(
    (value) => tell({ id, answer: value }),
    (error: unknown) => tell({ id, error: reason(error), ...(error instanceof Lacking ? { lacking: true } : {}) }),
  );
}

/** An AggregateError says nothing of its own. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join("; ");
  return error instanceof Error ? error.message : String(error);
}
