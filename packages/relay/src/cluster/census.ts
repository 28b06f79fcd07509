import type { HopId, Path } from "@moq-relay/protocol/model";
import type { Session } from "@moq-relay/protocol/session";
import type { RouteTable } from "../routing/index.ts";
import type { MemberLink } from "./links.ts";
import { addressIn, ORIGINS, ownNames } from "./names.ts";

/** A node that announced itself. */
export interface Member {
  readonly hop: HopId;
  readonly address: string;
  /** Who told of it is gone, and nobody has said since whether it still is there. */
  readonly stale: boolean;
}

/** A node at the other end of a session. */
export interface LinkedMember {
  readonly hop: HopId;
  /** "" where it has said none. */
  readonly address: string;
  readonly session: Session;
  /** Its `status` track tells how it is; undefined where it has no address to say it under. */
  readonly broadcast: Path | undefined;
}

/** The nodes whose announcements are in the table, each once. */
export function announcedMembers(table: RouteTable): Member[] {
  const members = new Map<HopId, Member>();
  for (const { path, publisher, stale } of table.routes(ORIGINS)) {
    const address = addressIn(path);
    const known = members.get(publisher)?.stale === false;
    if (address !== undefined && !known) members.set(publisher, { hop: publisher, address, stale });
  }
  return [...members.values()];
}

export function linkedMember({ hop, address, session }: MemberLink): LinkedMember {
  return { hop, address, session, broadcast: ownNames(hop, address)[0] };
}
