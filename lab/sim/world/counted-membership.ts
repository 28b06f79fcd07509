import type { HopId, Path, RouteOffer } from "@moq-relay/protocol/model";
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

/** Says something in detail, if anybody wants that. */
export type Note = ((what: string) => void) | undefined;

/** A cluster whose words are counted. */
export class CountedMembership implements Membership {
  readonly #cluster: Cluster;
  readonly #count: MessageCount;
  readonly #note: Note;

  constructor(cluster: Cluster, count: MessageCount, note: Note) {
    this.#cluster = cluster;
    this.#count = count;
    this.#note = note;
  }

  hello(): NodeHello | undefined {
    return this.#cluster.hello();
  }

  memberOpened(session: Session): void {
    this.#cluster.memberOpened(session);
  }

  memberLeaving(session: Session): void {
    this.#cluster.memberLeaving(session);
  }

  sessionClosed(session: Session, lost: boolean, why: string): void {
    this.#cluster.sessionClosed(session, lost, why);
  }

  onListen(
    session: Session,
    prefix: Path,
    member: boolean,
    view: Parameters<Membership["onListen"]>[3],
    announcer: Announcer,
  ): Cancel {
    if (member) this.#count.requests += 1;
    const to = `${session.connection.info.remote} "${prefix}"`;
    this.#note?.(`is asked by ${to}`);
    return this.#cluster.onListen(session, prefix, member, view, this.#counted(member, announcer, to));
  }

  ask(path: Path, asker: HopId, done: (found: boolean) => void): Cancel {
    return this.#cluster.ask(path, asker, done);
  }

  list(prefix: Path, done: (complete: boolean) => void): Cancel {
    return this.#cluster.list(prefix, done);
  }

  flow(path: Path, route: Route | undefined): void {
    this.#note?.(`carries ${path} over ${route ? route.offer.hops.map((hop) => hop.toString(16)) : "nothing"}`);
    this.#cluster.flow(path, route);
  }

  #counted(member: boolean, announcer: Announcer, to: string): Announcer {
    const count = (messages: number): void => {
      if (member) this.#count.relays += messages;
      else this.#count.clients += messages;
    };
    const note = this.#note;
    const way = ({ hops, incarnation }: RouteOffer) => `${hops.map((hop) => hop.toString(16))} of ${incarnation}`;
    return {
      begin: (routes) => {
        count(1 + routes.length);
        note?.(
          `tells ${to}: ${routes.map(({ suffix, offer }) => `${suffix} by ${way(offer)}`).join("; ") || "nothing"}`,
        );
        announcer.begin(routes);
      },
      start: (suffix, offer) => {
        count(1);
        note?.(`tells ${to}: START ${suffix} by ${way(offer)}`);
        announcer.start(suffix, offer);
      },
      restart: (suffix, offer) => {
        count(1);
        note?.(`tells ${to}: RESTART ${suffix} by ${way(offer)}`);
        announcer.restart(suffix, offer);
      },
      end: (suffix) => {
        count(1);
        note?.(`tells ${to}: END ${suffix}`);
        announcer.end(suffix);
      },
    };
  }
}
