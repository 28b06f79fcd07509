import { rustRelay } from "../process/rust-relay.ts";
import type { Arrangement } from "./arrangement.ts";
import { asPeers } from "./peers.ts";

/** It knows peers only. */
export const WITH_017: readonly Arrangement[] = asPeers("0.17", rustRelay);
