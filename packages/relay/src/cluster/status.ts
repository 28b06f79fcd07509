import type { HopId } from "@moq-relay/protocol/model";
import type { MemberLink } from "./links.ts";
import type { NodeFacts } from "./options.ts";

/** The track of its own name on which a node says how it is: for people to look at. */
export const STATUS = "status";

/** The one on which it says only that it is there: that goes to every node, so it must not grow with their number. */
export const PULSE = "pulse";

/** Milliseconds between two frames of either. */
const EVERY = 1_000;

/** Links that are named: those of a root are as many as there are nodes. */
const MOST_LINKS = 256;

/** What a node publishes under its own names: how often, and what. */
export function ownTracks(
  status: () => NodeStatus | undefined,
): Map<string, { readonly interval: number; sample(): Uint8Array }> {
  const encoder = new TextEncoder();
  return new Map([
    [STATUS, { interval: EVERY, sample: () => encoder.encode(JSON.stringify(status() ?? {})) }],
    [PULSE, { interval: EVERY, sample: () => new Uint8Array() }],
  ]);
}

/** One frame of a node's `status` track, as JSON. */
export interface NodeStatus extends NodeFacts {
  /** Decimal: JSON has no number that large. */
  readonly id: string;
  readonly address: string;
  readonly root: boolean;
  /** It does the work of roots that are away. */
  readonly standingIn: boolean;
  /** Milliseconds since 1970 at which this node started. */
  readonly incarnation: number;
  /** Addresses of the roots that it is linked to. */
  readonly roots: readonly string[];
  /** The oldest ones, where there are many. */
  readonly links: readonly LinkStatus[];
}

export interface LinkStatus {
  readonly id: string;
  readonly address: string;
  /** Milliseconds; absent where the transport cannot tell. */
  readonly rtt?: number;
}

export function nodeStatus(
  own: Omit<NodeStatus, keyof NodeFacts | "id" | "roots" | "links"> & { readonly hop: HopId },
  facts: NodeFacts,
  links: Iterable<MemberLink>,
): NodeStatus {
  const { hop: self, ...said } = own;
  const all = [...links];
  return {
    ...facts,
    ...said,
    id: self.toString(),
    roots: all.filter(({ kind }) => kind === "root").map(({ address }) => address),
    links: all.slice(0, MOST_LINKS).map(({ hop, address, session }) => {
      const { rtt } = session.connection.stats();
      return { id: hop.toString(), address, ...(rtt === undefined ? {} : { rtt }) };
    }),
  };
}
