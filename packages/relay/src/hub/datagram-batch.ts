import type { Carrier, Handle } from "@moq-relay/protocol/transport";

/** One datagram for many connections of a carrier: their headers back to back, in arrays that are used again and again. */
export class DatagramBatch {
  #connections = new Uint32Array(16);
  #ends = new Uint32Array(16);
  #headers = new Uint8Array(256);
  #count = 0;
  #length = 0;

  /** Copies the header. */
  add(connection: Handle, header: Uint8Array): void {
    if (this.#count === this.#ends.length) this.#widen();
    const end = this.#length + header.length;
    if (end > this.#headers.length) {
      const larger = new Uint8Array(Math.max(end, this.#headers.length * 2));
      larger.set(this.#headers);
      this.#headers = larger;
    }
    this.#headers.set(header, this.#length);
    this.#connections[this.#count] = connection;
    this.#ends[this.#count] = end;
    this.#count += 1;
    this.#length = end;
  }

  get size(): number {
    return this.#count;
  }

  /** Sends to all that were added, and is empty then. Returns how many datagrams were taken. */
  send(carrier: Required<Pick<Carrier, "sendDatagrams">>, body: Uint8Array): number {
    const count = this.#count;
    const connections = this.#connections.subarray(0, count);
    const headers = this.#headers.subarray(0, this.#length);
    this.#count = 0;
    this.#length = 0;
    return count === 0 ? 0 : carrier.sendDatagrams(connections, headers, this.#ends.subarray(0, count), body);
  }

  #widen(): void {
    const connections = new Uint32Array(this.#count * 2);
    const ends = new Uint32Array(this.#count * 2);
    connections.set(this.#connections);
    ends.set(this.#ends);
    this.#connections = connections;
    this.#ends = ends;
  }
}
