import type { Place } from "./find-relay.ts";

/** Longer than a relay asks its cluster, milliseconds. */
const PATIENCE = 10_000;

/** Asks a relay's internal listener for a page of JSON; or says why there is no answer, and what to do. */
export async function askRelay(
  place: Place,
  page: string,
): Promise<{ readonly json: unknown } | { readonly error: string }> {
  try {
    const answer = await fetch(`${place.url}/${page}`, { signal: AbortSignal.timeout(PATIENCE), redirect: "error" });
    const text = await answer.text();
    if (answer.ok && isJson(answer)) return { json: JSON.parse(text) };
    return failed(`${place.url} is not the internal listener of a relay (status ${answer.status})`, hint(place));
  } catch (error) {
    return failed(`no relay answers at ${place.url}: ${reason(error)}`, hint(place));
  }
}

function isJson(answer: Response): boolean {
  return answer.headers.get("content-type")?.startsWith("application/json") === true;
}

function reason(error: unknown): string {
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } };
  if (name === "TimeoutError") return `nothing within ${PATIENCE / 1_000} s`;
  return cause?.code === "ECONNREFUSED" ? "nobody listens there" : (cause?.message ?? message);
}

function hint({ url, guessed }: Place): string {
  const address = url.replace(/^https?:\/\//, "");
  return guessed
    ? `Start the relay with --internal-listen ${address}, or say where it has its own: --at HOST:PORT, or --at relay.toml`
    : "See internal.listen in the relay's configuration, and whether it runs";
}

function failed(...lines: readonly string[]): { readonly error: string } {
  return { error: `moq-relay: ${lines.join("\n  ")}\n` };
}
