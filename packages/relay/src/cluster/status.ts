import type { HopId } from "@moq-relay/protocol/model";
import type { MemberLink } from "./links.ts";
import type { NodeFacts } from "./options.ts";

/** One frame of a node's `status` track, as JSON. */
export interface NodeStatus extends NodeFacts {
  /** Decimal: JSON has no number that large. */
  readonly id: string;
  readonly address: string;
  readonly root: boolean;
  /** Milliseconds since 1970 at which this node started. */
  readonly incarnation: number;
  /** Addresses of the roots that it is linked to. */
  readonly roots: readonly string[];
  readonly links: readonly LinkStatus[];
}

export interface LinkStatus {
  readonly id: string;
  readonly address: string;
  /** Milliseconds; absent where the transport cannot tell. */
  readonly rtt?: number;
}

export function nodeStatus(
  own: { readonly hop: HopId; readonly address: string; readonly root: boolean; readonly incarnation: number },
  facts: NodeFacts,
  links: Iterable<MemberLink>,
): NodeStatus {
  const all = [...links];
  return {
    ...facts,
    id: own.hop.toString(),
    address: own.address,
    root: own.root,
    incarnation: own.incarnation,
    roots: all.filter(({ kind }) => kind === "root").map(({ address }) => address),
    links: all.map(({ hop, address, session }) => {
      const { rtt } = session.connection.stats();
      return { id: hop.toString(), address, ...(rtt === undefined ? {} : { rtt }) };
    }),
  };
}
