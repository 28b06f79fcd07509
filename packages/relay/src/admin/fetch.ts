import type { Limits } from "../limits.ts";
import type { RelayView } from "./view.ts";

type FetchLimits = Pick<Limits, "httpFetches" | "httpFetchTimeout" | "httpFetchStall">;

/** Answers `/fetch/<broadcast>/<track>?group=N|latest`: the payloads of one group, one after the other. */
export class Fetches {
  /** Answers under way. */
  active = 0;
  readonly #view: Pick<RelayView, "fetch">;
  readonly #limits: FetchLimits;

  constructor(view: Pick<RelayView, "fetch">, limits: FetchLimits) {
    this.#view = view;
    this.#limits = limits;
  }

  /**
   * Gives the answer. `segments` are those after `/fetch/`, the last of them the track. `cut` ends the connection when the
   * time is over, or the client does not read, and it can be told in no other way, having part of the answer.
   */
  async answer(segments: readonly string[], group: string | undefined, cut: () => void): Promise<Response> {
    const track = segments.at(-1);
    if (track === undefined || segments.length < 2) return text(400, "write /fetch/<broadcast>/<track>");
    const wanted = parseGroup(group);
    if (wanted === undefined) return text(400, "group must be a number or latest");
    if (this.active >= this.#limits.httpFetches) return text(503, "too many fetches under way");
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.#limits.httpFetchTimeout);
    this.active += 1;
    const end = once(() => {
      this.active -= 1;
      clearTimeout(timer);
      abort.abort();
    });
    try {
      const frames = await orTimeout(
        this.#view.fetch(segments.slice(0, -1).join("/"), track, wanted, abort.signal),
        abort.signal,
      );
      if (typeof frames !== "string") {
        return payload(frames, abort, this.#limits.httpFetchStall, cut, end);
      }
      end();
      return REFUSALS[frames]({ broadcast: segments.slice(0, -1).join("/"), track, group: wanted });
    } catch (error) {
      end();
      throw error;
    }
  }
}

interface Wanted {
  readonly broadcast: string;
  readonly track: string;
  readonly group: number | "latest";
}

const REFUSALS = {
  "no broadcast": ({ broadcast }: Wanted): Response => text(404, `nobody publishes the broadcast ${broadcast}`),
  "not found": ({ broadcast, track, group }: Wanted): Response => {
    const missing = group === "latest" ? `no track ${track}` : `no track ${track}, or no group ${group} of it any more`;
    return text(404, `the broadcast ${broadcast} has ${missing}`);
  },
  forbidden: (): Response => text(403, "not open to all"),
  timeout: (): Response => text(504, "no answer in time"),
};

/** What a load balancer asks before it sends clients here. */
export function health(view: Pick<RelayView, "unready">): Response {
  const reason = view.unready();
  return reason === undefined ? text(200, "ok") : text(503, reason);
}

/** A plain answer of one line. */
export function text(status: number, line: string): Response {
  return new Response(`${line}\n`, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

function parseGroup(written: string | undefined): number | "latest" | undefined {
  if (written === undefined || written === "latest") return "latest";
  const group = Number(written);
  return /^\d+$/.test(written) && Number.isSafeInteger(group) ? group : undefined;
}

function orTimeout<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | "timeout"> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => resolve("timeout"), { once: true });
    promise.then(resolve, reject);
  });
}

/**
 * The frames as a body that is pulled at the speed of the client.
 *
 * @param stall milliseconds that a piece may wait until the client wants the next one.
 */
function payload(
  frames: AsyncIterable<Uint8Array>,
  abort: AbortController,
  stall: number,
  cut: () => void,
  end: () => void,
): Response {
  const { signal } = abort;
  let unread: NodeJS.Timeout | undefined;
  const iterator = frames[Symbol.asyncIterator]();
  const leave = (): void => void Promise.resolve(iterator.return?.()).catch(() => {});
  const outOfTime = (): void => {
    clearTimeout(unread);
    leave();
    cut();
    end();
  };
  signal.addEventListener("abort", outOfTime, { once: true });
  const finish = (): void => {
    clearTimeout(unread);
    signal.removeEventListener("abort", outOfTime);
    end();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        clearTimeout(unread);
        try {
          const next = await iterator.next();
          if (next.done !== true) {
            controller.enqueue(next.value);
            if (!signal.aborted) unread = setTimeout(() => abort.abort(), stall);
            return;
          }
          finish();
          controller.close();
        } catch (error) {
          finish();
          controller.error(error);
        }
      },
      cancel() {
        finish();
        leave();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { "content-type": "application/octet-stream", "cache-control": "no-store" } });
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
