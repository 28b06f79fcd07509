import { VERSIONS, type Version } from "@moq-relay/protocol/wire";

/** The version that both relays and the load speak with each other: the one that clients choose first. */
export const VERSION: Version = VERSIONS["moq-lite-06"];

/** The one track of the load. */
export const BROADCAST = "load/live";
export const TRACK = "frames";

/** Timestamps are microseconds of this process's monotonic clock: they tell how long a frame took. */
export const TIMESCALE = 1_000_000;

/** No message of a session with this load is larger, bytes. */
export const MAX_MESSAGE: number = 64 << 10;

/** Microseconds of the monotonic clock. */
export function microseconds(): number {
  return Math.round(performance.now() * 1000);
}
