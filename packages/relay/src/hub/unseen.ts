import { NO_HOP } from "@moq-relay/protocol/model";
import type { SubscribeRequest, Subscriber } from "@moq-relay/protocol/session";

/** What live players ask for: the latest group, and what follows. */
export const LIVE: Omit<SubscribeRequest, "broadcast" | "track"> = {
  priority: 0,
  maxAge: 0,
  backlog: "latest",
  startGroup: 0,
  startFrame: 0,
  endGroup: undefined,
  endFrame: undefined,
};

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
