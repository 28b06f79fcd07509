import type { Reading } from "./metrics.ts";

/** What the HTTP side may know of the relay: nothing else of it is reachable from a request. */
export interface RelayView {
  /** Why it should get no new clients now; undefined when it may. */
  unready(): string | undefined;
  /** SHA-256 of the first certificate, hex; undefined when there is none. */
  fingerprint(): string | undefined;
  /**
   * Names of the broadcasts at and below `prefix` that anybody may subscribe to, relative to it; hidden ones are left out.
   * "forbidden" when nobody may listen there without a credential.
   */
  announced(prefix: string): Iterable<string> | "forbidden";
  /**
   * The payloads of the frames of one group, as far as they are there and until the group ends; `latest` is the newest
   * group. When `signal` aborts, nobody waits any more.
   */
  fetch(
    broadcast: string,
    track: string,
    group: number | "latest",
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | "not found" | "forbidden">;
  /** What the relay counts; read when somebody asks for metrics. */
  readonly readings: readonly Reading[];
}
