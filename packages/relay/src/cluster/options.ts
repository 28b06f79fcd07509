import type { Clock, HopId, Path, Random } from "@moq-relay/protocol/model";
import type { Cancel, Session } from "@moq-relay/protocol/session";
import type { Binding } from "@moq-relay/protocol/transport";
import type { RouteTable } from "../routing/index.ts";
import type { LivenessTimes } from "./liveness.ts";
import type { MemberStore } from "./remembered.ts";

/** How nodes are linked for data: where a flow needs it, all to all, or only through the roots. */
export type LinksMode = "demand" | "mesh" | "root";

/** Somebody to dial. */
export interface Target {
  /** A root of the list, a node whose broadcast is wanted here (or, in a mesh, any node), or a peer of `cluster.connect`. */
  readonly kind: "root" | "node" | "peer";
  /** Host and port, normalised; of a peer: its URL. Names are to be resolved at each dial. */
  readonly address: string;
}

/** How a dial ends: exactly one of the two. */
export interface TargetEvents {
  /** The connection stands, and this session begins on it. When it ends the cluster hears of it by `sessionClosed`. */
  onSession(session: Session): void;
  onFailed(failure: DialFailure): void;
}

/** Why a dial failed, for the operator. */
export interface DialFailure {
  /** One of a few words; of the same kind is what has the same cause. */
  readonly kind: string;
  /** What was wrong, in plain words. */
  readonly wrong: string;
  /** What to type or change next: a sentence. */
  readonly advice: string;
  /** What the transport said. */
  readonly detail: string;
}

/**
 * Dials, with a limit on time. The result gives up; no event follows then.
 *
 * @param before what led there the last time; undefined when nothing has yet.
 */
export type Dial = (target: Target, events: TargetEvents, before: Binding | undefined) => Cancel;

/** Waiting between dials, milliseconds. */
export interface BackoffOptions {
  readonly initial: number;
  readonly multiplier: number;
  /** Undefined: 1 s, and 10 ms for every member above a hundred. */
  readonly max: number | undefined;
}

/** Where the cluster says what it does. */
export interface ClusterLog {
  debug(message: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void;
  info(message: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void;
  warn(message: string, fields?: Readonly<Record<string, string | number | boolean | undefined>>): void;
}

export interface ClusterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: ClusterLog;
  readonly table: RouteTable;
  readonly dial: Dial;
  /** What to say where a connection stood, and its session ended before it was a link. */
  readonly notLetIn: (why: string) => DialFailure;
  /** Own identity, the same as the table's. */
  readonly hop: HopId;
  /** Where others reach this node, host:port as in the root list; "" when it cannot be dialled. */
  readonly address: string;
  /** Addresses of all roots, normalised, the same list in every node. Empty: this node is a root. */
  readonly roots: readonly string[];
  /** URLs of relays that are linked to whatever the roots say (`cluster.connect`). */
  readonly peers: readonly string[];
  readonly links: LinksMode;
  readonly backoff: BackoffOptions;
  /** Milliseconds that a broadcast stays announced whose node or relay vanished without a word. */
  readonly linger: number;
  /** Keeps the addresses of the members while the process is not there. */
  readonly store?: MemberStore | undefined;
  /** Broadcasts to which two roots are asked the way, that there may be two. Default: none. */
  readonly standby?: (path: Path) => boolean;
  /** What the `status` of this node says besides what the cluster knows. */
  readonly facts: () => NodeFacts;
  readonly times?: Partial<ClusterTimes & LivenessTimes>;
  readonly caps?: Partial<ClusterCaps>;
}

/** All in milliseconds. */
export interface ClusterTimes {
  /** From a root's start until its "nobody has it" is believed. */
  readonly settle: number;
  /** Longest wait for an answer while no root can be reached, or while a route is in doubt. */
  readonly answer: number;
  /** What the root that is asked has for its answer before another one is asked as well. */
  readonly patience: number;
  /** What was asked for stays asked that long after the last who wanted it. */
  readonly interest: number;
  /** Longest wait for all that the cluster has below a prefix. */
  readonly listing: number;
  /** Announcements to a node that come in a rush go together after this time. */
  readonly batch: number;
  /** A data link that carries nothing closes after this. */
  readonly idle: number;
  /** After a root's return, what nobody has confirmed is dropped. */
  readonly doubt: number;
  /** A link that lived this long was a success: the next redial begins with a short wait again. */
  readonly steady: number;
  /** Links of two nodes with one address that last this long are no restart. */
  readonly twins: number;
  /** From the loss of the last root's link until other members stand in. */
  readonly away: number;
  /** The same from the start of a node that has not reached any root yet. */
  readonly awayAtStart: number;
  /** After members began to stand in, what nobody has confirmed is dropped. */
  readonly standInDoubt: number;
  /** A root must be back, and settled, for so long until nobody stands in for it any more. */
  readonly grace: number;
  /**
   * A root is back for about so long (each node waits between half of it and half more) until those who asked it before turn to
   * it again: a root that starts has enough to hear.
   */
  readonly home: number;
}

export const DEFAULT_TIMES: ClusterTimes = {
  settle: 3_000,
  answer: 5_000,
  patience: 1_000,
  interest: 10_000,
  listing: 3_000,
  batch: 50,
  idle: 60_000,
  doubt: 10_000,
  steady: 10_000,
  twins: 30_000,
  away: 2_000,
  awayAtStart: 5_000,
  standInDoubt: 7_000,
  grace: 10_000,
  home: 20_000,
};

export interface ClusterCaps {
  /** Links that this node dials for data. */
  readonly links: number;
  /** Relays that this one feeds with one broadcast; others are sent on to those. At least 1. */
  readonly maxLinks: number;
  /** Paths that are being asked for or carried. With the prefixes, what the transport lets wait for a stream at a root. */
  readonly asks: number;
  /** Paths that stay asked for at the root though nobody wants them any more. */
  readonly idleAsks: number;
  /** Prefixes that clients listen to and a root is asked for; those beyond are answered with what is known here. */
  readonly prefixes: number;
  /** Members that are remembered. */
  readonly members: number;
  /** Members whose links went lately and are remembered for it. */
  readonly flaps: number;
}

export const DEFAULT_CAPS: ClusterCaps = {
  links: 256,
  maxLinks: 8,
  asks: 50_000,
  idleAsks: 1_024,
  prefixes: 4_096,
  members: 4_096,
  flaps: 4_096,
};

/** What a node says of itself. */
export interface NodeFacts {
  readonly version: string;
  /** 0 … 1, how busy. */
  readonly load: number;
  /** "" when not configured. */
  readonly region: string;
  readonly draining: boolean;
}
