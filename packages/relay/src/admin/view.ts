import type { BroadcastList, Explanation, NodeList } from "./inside.ts";
import type { Reading } from "./metrics.ts";

/** Live broadcasts below a prefix. */
export interface Listing {
  /** Relative to the prefix. */
  readonly names: Iterable<string>;
  /** False when this is what is known here, because the cluster did not answer in time or cannot be asked. */
  readonly complete: boolean;
}

/** What the HTTP side may know of the relay: nothing else of it is reachable from a request. */
export interface RelayView {
  /** Why it should get no new clients now; undefined when it may. */
  unready(): string | undefined;
  /** SHA-256 of the first certificate, hex; undefined when there is none. */
  fingerprint(): string | undefined;
  /**
   * The broadcasts at and below `prefix` in the whole cluster that anybody may subscribe to; hidden ones are left out. Comes
   * within 3 s. "forbidden" when nobody may listen there without a credential.
   */
  announced(prefix: string): Promise<Listing | "forbidden">;
  /**
   * The payloads of the frames of one group, in pieces of any size, as far as they are there and until the group ends; `latest`
   * is the newest group. It is read at the pace of whoever pulls. When `signal` aborts, nobody waits any more. "no broadcast":
   * nobody publishes it; "not found": somebody does, without this track, or this group of it.
   */
  fetch(
    broadcast: string,
    track: string,
    group: number | "latest",
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | "no broadcast" | "not found" | "forbidden">;
  /** What the relay counts; read when somebody asks for metrics. */
  readonly readings: readonly Reading[];
}

/** What the internal listener shows besides metrics. Answers take a few seconds at most. */
export interface InsideView {
  /** Who in the cluster has a broadcast, by which way it comes here, and why not by the others. */
  explain(broadcast: string): Promise<Explanation>;
  /** The broadcasts of the cluster at and below `prefix`. */
  broadcasts(prefix: string): Promise<BroadcastList>;
  /** The nodes of the cluster, this one among them. */
  nodes(): Promise<NodeList>;
}
