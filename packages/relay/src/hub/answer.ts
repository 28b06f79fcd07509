import type { SendEvents, SendStream } from "@moq-relay/protocol/transport";

/**
 * What a fetch has in place of group streams: one stream, which is there already and is begun once. moq-lite 05 and 06,
 * Fetch.
 */
export interface Answer {
  /** Begins it, without a header; `events` hears how it fares. */
  begin(events: SendEvents): SendStream;
  /** The group ended before the first wanted frame: nothing is the whole answer. */
  empty(): void;
  /** The group was broken off or given up. */
  broken(code: number): void;
}
