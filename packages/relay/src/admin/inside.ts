/** What the internal listener answers besides metrics, as JSON. Identities of nodes and publishers are hexadecimal. */

/** A node, as far as it is known: "" where it has said no address. */
export interface NodeName {
  readonly id: string;
  readonly address: string;
}

/** The other end of a link, or what is there instead. */
export type LinkEnd =
  | "this relay"
  | "gone"
  | {
      /** The address of a relay of the cluster, "" where it said none. */
      readonly node?: string;
      readonly root?: boolean;
      readonly remote: string;
      readonly version: string;
      /** Milliseconds. */
      readonly rtt?: number;
    };

/** One way to a broadcast. */
export interface Way {
  readonly taken: boolean;
  /** Absent for the one that is taken. */
  readonly whyNot?: string;
  /** What was announced: the broadcast, or a path above it. */
  readonly announced: string;
  readonly publisher: string;
  /** The first relay behind the publisher that has said who it is; this one has no name without a cluster. */
  readonly at: NodeName | undefined;
  /** From the publisher to the neighbour. */
  readonly hops: readonly string[];
  readonly cost: { readonly warm: number; readonly cold: number };
  /** When the publisher came: ISO 8601. */
  readonly since: string;
  readonly enteredCluster: "here" | "at another node";
  readonly stale: boolean;
  readonly suspect: boolean;
  /** It comes and goes too often: a last resort. */
  readonly damped: boolean;
  readonly link: LinkEnd;
}

/** A track that is read, or was a moment ago. */
export interface TrackHere {
  readonly track: string;
  readonly readers: number;
  /** Groups in the cache. */
  readonly groups: number;
  readonly over: LinkEnd | undefined;
}

/** `/explain/<broadcast>`. */
export interface Explanation {
  readonly broadcast: string;
  /** Whether the cluster has answered; else this is what is known here. */
  readonly complete: boolean;
  readonly found: boolean;
  readonly ways: readonly Way[];
  readonly tracks: readonly TrackHere[];
  /** Addresses of the nodes in the hops, by id, as far as they are known. */
  readonly addresses: Readonly<Record<string, string>>;
}

export interface ListedBroadcast {
  readonly name: string;
  /** As in `Way`. */
  readonly at: NodeName | undefined;
  /** At this relay. */
  readonly readers: number;
  /** Those that are read at this relay. */
  readonly tracks: readonly string[];
}

/** `/broadcasts/<prefix>`. */
export interface BroadcastList {
  /** As in `Explanation`. */
  readonly complete: boolean;
  /** There are more. */
  readonly truncated: boolean;
  /** Sorted by name; hidden ones are left out. */
  readonly broadcasts: readonly ListedBroadcast[];
}

/** What a node says of itself, as far as it was heard. */
export interface NodeReport extends NodeName {
  readonly self: boolean;
  /** Whether the relay that was asked has a link to it. */
  readonly linked: boolean;
  /** Of nodes without a link: who told of it is gone, and nobody has said since whether it still is there. */
  readonly stale?: boolean;
  /** Milliseconds over that link. */
  readonly rtt?: number;
  readonly root?: boolean;
  /** It does the work of roots that are away. */
  readonly standingIn?: boolean;
  /** When it was started: ISO 8601, by its own clock. */
  readonly since?: string;
  readonly version?: string;
  /** 0 … 1, how busy. */
  readonly load?: number;
  readonly draining?: boolean;
  /** To whom it has links. */
  readonly links?: readonly NodeName[];
}

/** `/nodes`. */
export interface NodeList {
  /** Whether the relay is one of a cluster; else there are no nodes. */
  readonly cluster: boolean;
  /** As in `Explanation`. */
  readonly complete: boolean;
  /** The relay that was asked comes first, then by address. */
  readonly nodes: readonly NodeReport[];
}
