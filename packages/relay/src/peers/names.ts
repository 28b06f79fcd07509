import type { Path } from "@moq-relay/protocol/model";
import { MAX_PATH, MAX_PATH_SEGMENTS } from "@moq-relay/protocol/wire";

/** Names of the cluster's own: no client publishes there, whatever is public, and nothing that a client has covers them. */
const RESERVED = ".internal";

export function isReserved(path: Path): boolean {
  return path === RESERVED || path.startsWith(`${RESERVED}/`);
}

/** Where Rust relays until 0.10 name the members of their cluster: a leaf dials whoever it finds there and shows its token. */
const OLDER_MEMBERS = "internal/origins";

/** Whether a client must not publish this, whatever is public. */
export function isForRelays(path: Path): boolean {
  return isReserved(path) || path === OLDER_MEMBERS || path.startsWith(`${OLDER_MEMBERS}/`);
}

/**
 * Whether a name can be told to others. On the wire it was short enough, but with the root of its session in front it may
 * have become one that every other relay must refuse.
 */
export function canBeTold(path: Path): boolean {
  let segments = 1;
  for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) segments += 1;
  return segments <= MAX_PATH_SEGMENTS && path.length <= MAX_PATH && Buffer.byteLength(path) <= MAX_PATH;
}
