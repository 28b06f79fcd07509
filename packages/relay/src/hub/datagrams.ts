import type { Carrier } from "@moq-relay/protocol/transport";
import type { HubCounters } from "./counters.ts";
import { DatagramBatch } from "./datagram-batch.ts";
import type { Reader } from "./reader.ts";
import type { Source } from "./source.ts";

/** Latest datagrams of a track of which is known who brought them first. */
const REMEMBERED = 256;

/**
 * The datagrams of one track: each goes to all readers as it comes, in one call for each carrier, or to nobody. They are never
 * queued, kept for late joiners, put in order or turned into streams. moq-lite 05 and 06, datagrams.
 */
export class Datagrams {
  readonly #counters: HubCounters;
  /** In order of arrival. */
  readonly #broughtBy = new Map<number, Source>();
  readonly #batches = new Map<Carrier, DatagramBatch>();

  constructor(counters: HubCounters) {
    this.#counters = counters;
  }

  /** `timestamp` is in units of the track's timescale. What another source has brought is passed over: it moves to another route. */
  deliver(source: Source, readers: Iterable<Reader>, sequence: number, timestamp: number, payload: Uint8Array): void {
    this.#counters.datagramsReceived += 1;
    if ((this.#broughtBy.get(sequence) ?? source) !== source) {
      this.#counters.datagramsRepeated += 1;
      return;
    }
    this.#remember(sequence, source);
    for (const reader of readers) this.#give(reader, sequence, timestamp, payload);
    for (const [carrier, batch] of this.#batches) {
      if (batch.size > 0) this.#count(batch.size, batch.send(carrier as Required<Carrier>, payload));
    }
  }

  /** All begins anew. */
  clear(): void {
    this.#broughtBy.clear();
    this.#batches.clear();
  }

  #give(reader: Reader, sequence: number, timestamp: number, payload: Uint8Array): void {
    if (!reader.hears(sequence)) return;
    const { subscriber } = reader;
    const header = subscriber.datagramHeader?.(sequence, timestamp, payload.length);
    if (!header) return;
    const { carrier, handle } = subscriber.connection;
    if (carrier.sendDatagrams) this.#batch(carrier).add(handle, header);
    else this.#count(1, subscriber.sendDatagram?.(sequence, timestamp, payload) ? 1 : 0);
  }

  #batch(carrier: Carrier): DatagramBatch {
    let batch = this.#batches.get(carrier);
    if (!batch) {
      batch = new DatagramBatch();
      this.#batches.set(carrier, batch);
    }
    return batch;
  }

  #count(all: number, taken: number): void {
    this.#counters.datagramsSent += taken;
    this.#counters.datagramsDropped += all - taken;
  }

  #remember(sequence: number, source: Source): void {
    this.#broughtBy.set(sequence, source);
    if (this.#broughtBy.size <= REMEMBERED) return;
    const [oldest] = this.#broughtBy.keys();
    if (oldest !== undefined) this.#broughtBy.delete(oldest);
  }
}
