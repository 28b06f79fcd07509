import { STREAM_CODE } from "@moq-relay/protocol/model";
import type { Fetching, FetchRequest } from "@moq-relay/protocol/session";
import type { RecvEvents } from "@moq-relay/protocol/transport";
import type { GroupCopy } from "./copy.ts";
import type { Candidate } from "./supplier.ts";

/** Who hears how a fetch upstream fares. */
export interface AttemptEvents {
  /** The first bytes, or the end, are here: gives what merges them. Undefined when they cannot be joined to what is known. */
  onBegin(attempt: FetchAttempt): GroupCopy | undefined;
  /** Refused, or nothing that could be used. What comes after `onBegin` is told by the copy. */
  onRefused(attempt: FetchAttempt, code: number): void;
}

/** One fetch of this relay, over one route. */
export class FetchAttempt implements RecvEvents {
  readonly candidate: Candidate;
  /** When it was made, milliseconds of the relay's clock. */
  readonly startedAt: number;
  readonly #events: AttemptEvents;
  readonly #fetching: Fetching;
  #copy: GroupCopy | undefined;
  #over = false;

  constructor(candidate: Candidate, request: FetchRequest, startedAt: number, events: AttemptEvents) {
    this.candidate = candidate;
    this.startedAt = startedAt;
    this.#events = events;
    this.#fetching = candidate.supplier.fetch({ ...request, publisher: candidate.publisher }, this);
  }

  /** Whether something of the answer is here. */
  get begun(): boolean {
    return this.#copy !== undefined;
  }

  /** The frame with which the answer begins: 0 from those who cannot be asked for another. */
  get frameStart(): number {
    return this.#fetching.frameStart;
  }

  /** Gives it up; no further event. */
  cancel(): void {
    if (this.#over) return;
    this.forget();
    this.#fetching.cancel();
  }

  /** As `cancel`, where the link is gone already. */
  forget(): void {
    this.#over = true;
    this.#copy?.abandon();
  }

  onData(bytes: Uint8Array): void {
    this.#begin()?.onData(bytes);
  }

  onFin(): void {
    this.#begin()?.onFin();
  }

  onReset(code: number): void {
    if (this.#over) return;
    if (this.#copy) return this.#copy.onReset(code);
    this.#over = true;
    this.#events.onRefused(this, code);
  }

  #begin(): GroupCopy | undefined {
    if (this.#over || this.#copy) return this.#over ? undefined : this.#copy;
    this.#copy = this.#events.onBegin(this);
    if (this.#over || this.#copy) return this.#copy;
    this.cancel();
    this.#events.onRefused(this, STREAM_CODE.evicted);
    return undefined;
  }
}
