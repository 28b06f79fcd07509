import { NO_HOP } from "@moq-relay/protocol/model";
import type { Subscriber } from "@moq-relay/protocol/session";

/** The subscriber of a reader that no peer sees, and that is given no group by its track. */
export const UNSEEN: Subscriber = {
  format: "timed",
  // Never used: it wants no group.
  connection: { carrier: undefined as never, handle: 0 },
  peerHop: NO_HOP,
  named: true,
  groupHeader: () => NOTHING,
  accepted() {},
  started() {},
  ended() {},
  dropped() {},
  finish() {},
  fail() {},
};

const NOTHING = new Uint8Array(0);
