/**
 * The cluster's own names. A node is a broadcast: it announces `.internal/origins/<address>`, whose first hop is its id, and
 * `.internal/ids/<id>/<address>`, so that an id can be looked up. Clients have no access to them.
 */
import type { HopId, Path, RouteOffer } from "@moq-relay/protocol/model";

export const ORIGINS: Path = ".internal/origins";

/** Below it a root tells which members are the first to stand in for it. */
export const FIRST: Path = ".internal/first";

/** Below it a node says that it stands in for the roots. */
export const STAND_INS: Path = ".internal/stand-ins";

/** Below it lie the questions for a place in the tree of a broadcast, where the path itself is asked for as of a root. */
const PLACES: Path = ".internal/places";

export function placeName(path: Path): Path {
  return `${PLACES}/${path}`;
}

/** The path whose tree is meant; undefined where no place is asked for. */
export function placedPath(name: Path): Path | undefined {
  return name.startsWith(`${PLACES}/`) ? name.slice(PLACES.length + 1) : undefined;
}

function firstName(address: string): Path {
  return `${FIRST}/${encodeURIComponent(address)}`;
}

export function standInName(address: string): Path {
  return `${STAND_INS}/${encodeURIComponent(address)}`;
}

/** Where the address of a node with this id is announced. */
export function idPrefix(hop: HopId): Path {
  return `.internal/ids/${hop.toString(16)}`;
}

/** What a node at this address announces; nothing when it has no address. */
export function ownNames(hop: HopId, address: string): Path[] {
  if (address === "") return [];
  const name = encodeURIComponent(address);
  return [`${ORIGINS}/${name}`, `${idPrefix(hop)}/${name}`];
}

/** The address in the last segment of such a name; undefined when there is none. */
export function addressIn(name: Path): string | undefined {
  const segment = name.slice(name.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(segment) || undefined;
  } catch {
    return undefined;
  }
}

export function isInternal(path: Path): boolean {
  return path === ".internal" || path.startsWith(".internal/");
}

/**
 * Whether an announcement below `.internal` may be believed: a node speaks for itself only, and a root repeats what a node
 * told it, so the chain is as long as that and no client stands at its beginning.
 *
 * @param address what the neighbour said of itself in its hello.
 * @param repeats how many nodes may have told it on, the neighbour included.
 */
export function isCredible(path: Path, offer: RouteOffer, neighbour: { address: string; repeats: number }): boolean {
  const [first, ...others] = offer.hops;
  if (first === undefined || others.length > neighbour.repeats) return false;
  const told = addressIn(path);
  if (told === undefined) return false;
  if (others.length === 0 && told !== neighbour.address) return false;
  return [...ownNames(first, told), firstName(told), standInName(told)].includes(path);
}
