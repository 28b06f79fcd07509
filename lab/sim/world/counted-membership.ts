import type { HopId, Path } from "@moq-relay/protocol/model";
import type { Announcer, Cancel, NodeHello, Session } from "@moq-relay/protocol/session";
import type { Cluster, Membership, Route } from "moq-relay/assembly";

/** What a node has told others, in announcements. */
export class MessageCount {
  /** To relays, and to clients. */
  relays = 0;
  clients = 0;
  /** Requests for announcements that relays made here. */
  requests = 0;
}

/** A cluster whose words are counted. */
export class CountedMembership implements Membership {
  readonly #cluster: Cluster;
  readonly #count: MessageCount;

  constructor(cluster: Cluster, count: MessageCount) {
    this.#cluster = cluster;
    this.#count = count;
  }

  hello(): NodeHello | undefined {
    return this.#cluster.hello();
  }

  memberOpened(session: Session): void {
    this.#cluster.memberOpened(session);
  }

  sessionClosed(session: Session, lost: boolean): void {
    this.#cluster.sessionClosed(session, lost);
  }

  onListen(
    session: Session,
    prefix: Path,
    member: boolean,
    view: Parameters<Membership["onListen"]>[3],
    announcer: Announcer,
  ): Cancel {
    if (member) this.#count.requests += 1;
    return this.#cluster.onListen(session, prefix, member, view, this.#counted(member, announcer));
  }

  ask(path: Path, asker: HopId, done: (found: boolean) => void): Cancel {
    return this.#cluster.ask(path, asker, done);
  }

  flow(path: Path, route: Route | undefined): void {
    this.#cluster.flow(path, route);
  }

  #counted(member: boolean, announcer: Announcer): Announcer {
    const count = (messages: number): void => {
      if (member) this.#count.relays += messages;
      else this.#count.clients += messages;
    };
    return {
      begin: (routes) => {
        count(1 + routes.length);
        announcer.begin(routes);
      },
      start: (suffix, offer) => {
        count(1);
        announcer.start(suffix, offer);
      },
      restart: (suffix, offer) => {
        count(1);
        announcer.restart(suffix, offer);
      },
      end: (suffix) => {
        count(1);
        announcer.end(suffix);
      },
    };
  }
}
