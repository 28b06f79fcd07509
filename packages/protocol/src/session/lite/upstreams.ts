import type { RecvEvents, RecvStream } from "../../transport/index.ts";
import { Cursor, type Datagram, decodeDatagram, MAX_DATAGRAM, type Version, WireError } from "../../wire/index.ts";
import type { LiteUpstream } from "./subscribe-client.ts";

/** The subscriptions that this side has at the peer, by id. Group streams find theirs here. */
export class Upstreams {
  readonly #byId = new Map<number, LiteUpstream>();
  readonly #cursor = new Cursor();
  #next = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** The next id; never used twice in a session. */
  nextId(): number {
    return this.#next++;
  }

  add(id: number, upstream: LiteUpstream): void {
    this.#byId.set(id, upstream);
  }

  remove(id: number): void {
    this.#byId.delete(id);
  }

  /** Who hears this group; undefined when nobody wants it. */
  accept(id: number, sequence: number, frameStart: number, stream: RecvStream): RecvEvents | undefined {
    return this.#byId.get(id)?.accept(sequence, frameStart, stream);
  }

  /** A datagram of the peer; one that belongs to nobody, or cannot be read, is dropped. moq-lite 05 and 06, datagrams. */
  datagram(bytes: Uint8Array, version: Version): void {
    if (!version.datagrams || bytes.length > MAX_DATAGRAM) return;
    let datagram: Datagram;
    try {
      datagram = decodeDatagram(this.#cursor.reset(bytes, 0, bytes.length), version);
    } catch (error) {
      if (error instanceof WireError) return;
      throw error;
    }
    const { subscription, sequence, timestamp, payload } = datagram;
    this.#byId.get(subscription)?.datagram(sequence, timestamp, payload);
  }

  /** A group stream has ended. */
  left(id: number, stream: RecvStream): void {
    this.#byId.get(id)?.left(stream);
  }

  clear(): void {
    this.#byId.clear();
  }
}
