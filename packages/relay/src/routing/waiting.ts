import type { Place, Room } from "./room.ts";
import type { LinkId } from "./route.ts";

/** A link some of whose routes found no room. */
export interface Waiter {
  readonly place: Omit<Place, "path">;
  /** Offers one of them again, and tells whether there was one. */
  readonly retry: () => boolean;
}

/** Links that are looked at for one place that has become free. Those that cannot have it go to the end of the queue. */
const MAX_LOOKS = 256;

/**
 * The links that wait for room, in the order in which they get it, one route at a time. There are no more than there are links.
 * Those of clients wait apart: when these have all of theirs, none of them need be looked at.
 */
export class Waiting {
  readonly #room: Room;
  readonly #members = new Map<LinkId, Waiter>();
  readonly #clients = new Map<LinkId, Waiter>();

  constructor(room: Room) {
    this.#room = room;
  }

  get size(): number {
    return this.#members.size + this.#clients.size;
  }

  add(waiter: Waiter): void {
    const { link, scope } = waiter.place;
    const queue = scope === "local" ? this.#clients : this.#members;
    if (!queue.has(link)) queue.set(link, waiter);
  }

  delete(link: LinkId): void {
    this.#members.delete(link);
    this.#clients.delete(link);
  }

  /** A place is free: whose turn it is may have it. False when nobody who waits may. */
  next(): boolean {
    return this.#serve(this.#members) || (this.#room.admitsLocal && this.#serve(this.#clients));
  }

  #serve(queue: Map<LinkId, Waiter>): boolean {
    let looks = Math.min(queue.size, MAX_LOOKS);
    for (const [link, waiter] of queue) {
      if (looks-- === 0) return false;
      queue.delete(link);
      if (this.#room.admits({ ...waiter.place, path: "" })) {
        const { size } = this.#room;
        const more = waiter.retry();
        if (more) queue.set(link, waiter);
        if (this.#room.size > size) return true;
      } else queue.set(link, waiter);
    }
    return false;
  }
}
