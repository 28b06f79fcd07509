import type { HopId } from "@moq-relay/protocol/model";
import type { Session } from "@moq-relay/protocol/session";
import type { LinkId } from "../routing/index.ts";
import type { Learner } from "./learner.ts";
import type { LinkBatch } from "./link-batch.ts";
import type { LinkCost } from "./link-cost.ts";

/**
 * Who is at the other end: a root of our list, another node of the cluster, or a relay of our kind that is in no list of
 * ours ("foreign": its routes enter our cluster here).
 */
export type LinkKind = "root" | "node" | "foreign";

/** A session with a relay of our kind. */
export class MemberLink {
  readonly id: LinkId;
  readonly session: Session;
  readonly hop: HopId;
  /** Where it can be dialled; "" when that is unknown. */
  readonly address: string;
  /** By what it is known again when it comes back: its address, else who it is. */
  readonly node: string;
  readonly kind: LinkKind;
  readonly dialled: boolean;
  /** Clock time from which its "nobody has it" is believed. */
  settledAt: number;
  /** Clock time. */
  readonly openedAt: number;
  /** A node that does a root's work for us, while it does. */
  standsIn = false;
  /** Nothing has been heard lately. */
  silent = false;
  /** Clock time from which his word that something is gone is believed: by then all had time to come to him. */
  trustedAt = 0;
  /** By distance, where nobody has said what it is. */
  readonly cost: LinkCost;
  readonly learner: Learner;
  /** What is announced to the other end goes through it. */
  readonly batch: LinkBatch;
  /** Clock time since which it carries nothing; undefined while it does. */
  idleSince: number | undefined;
  #uses = 0;

  constructor(
    session: Session,
    known: {
      address: string;
      kind: LinkKind;
      learner: Learner;
      batch: LinkBatch;
      /** Given `node`. */
      cost: (node: string) => LinkCost;
      openedAt: number;
      settling: number;
    },
  ) {
    this.id = session.id;
    this.session = session;
    this.hop = session.peerHop;
    this.address = known.address;
    this.node = known.address || session.peerHop.toString(16);
    this.kind = known.kind;
    this.dialled = session.connection.info.dialled;
    this.openedAt = known.openedAt;
    this.settledAt = known.openedAt + known.settling;
    this.learner = known.learner;
    this.batch = known.batch;
    this.cost = known.cost(this.node);
    this.idleSince = known.openedAt;
  }

  /** Something is asked of the other end, or by it. */
  begin(): void {
    this.#uses += 1;
    this.idleSince = undefined;
  }

  end(now: number): void {
    this.#uses -= 1;
    if (this.#uses === 0) this.idleSince = now;
  }
}

/** All links to relays of our kind, by session and by node. */
export class Links {
  readonly #all = new Map<LinkId, MemberLink>();

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): IterableIterator<MemberLink> {
    return this.#all.values();
  }

  add(link: MemberLink): void {
    this.#all.set(link.id, link);
  }

  remove(id: LinkId): MemberLink | undefined {
    const link = this.#all.get(id);
    this.#all.delete(id);
    return link;
  }

  get(id: LinkId): MemberLink | undefined {
    return this.#all.get(id);
  }

  /** All links to one node, the oldest first. */
  to(hop: HopId): MemberLink[] {
    return [...this.#all.values()].filter((link) => link.hop === hop);
  }
}
