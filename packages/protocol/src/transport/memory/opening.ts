import type { BidiEvents } from "../transport.ts";
import type { MemoryConnection } from "./connection.ts";
import type { IncomingStream } from "./incoming.ts";
import type { OutgoingStream } from "./outgoing.ts";

/** The code of resets by the transport itself. */
export const TOO_FAR_BEHIND = 5;

/** The halves of a stream at one end: a one-way stream has one at each end, a two-way stream has both at both. */
export interface Halves {
  readonly connection: MemoryConnection;
  readonly incoming?: IncomingStream;
  readonly outgoing?: OutgoingStream;
}

/**
 * How one stream comes to be: at its opener it waits for the peer's allowance; at its acceptor it appears with the first
 * packet, whatever that is; and when the acceptor is done with all directions, the allowance goes back.
 */
export class Opening {
  readonly kind: "uni" | "bidi";
  readonly #opener: Halves;
  readonly #acceptor: Halves;
  /** Directions that are not over, at each end. */
  #openerHas: number;
  #acceptorHas: number;
  #admitted = false;
  #announced = false;
  /** What the opener wants to send before the stream may exist: a reset and a stop at most. */
  #deferred: (() => void)[] = [];

  constructor(kind: "uni" | "bidi", opener: Halves, acceptor: Halves) {
    this.kind = kind;
    this.#opener = opener;
    this.#acceptor = acceptor;
    this.#openerHas = kind === "uni" ? 1 : 2;
    this.#acceptorHas = this.#openerHas;
  }

  /** The peer's limits allow it. */
  get admitted(): boolean {
    return this.#admitted;
  }

  admit(): void {
    this.#admitted = true;
    for (const send of this.#deferred) send();
    this.#deferred = [];
  }

  /** Runs `send` now, or when the stream is admitted; never, if the opener has given all of it up by then. */
  whenAdmitted(send: () => void): void {
    if (this.#admitted) send();
    else this.#deferred.push(send);
  }

  /** Something of the stream has arrived: the acceptor hears of it, once. */
  announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    const { connection, incoming, outgoing } = this.#acceptor;
    if (incoming === undefined || connection.closed) return;
    if (!incoming.appear() || outgoing?.appear() === false) {
      // Out of handles: nobody there can be told of the stream.
      incoming.stop(TOO_FAR_BEHIND);
      outgoing?.reset(TOO_FAR_BEHIND);
    } else if (outgoing === undefined) {
      incoming.events = connection.events?.onUni(incoming);
    } else {
      const events: BidiEvents | undefined = connection.events?.onBidi({ send: outgoing, recv: incoming });
      incoming.events = events;
      outgoing.events = events;
    }
  }

  /** One end is done with one direction. */
  directionOver(half: IncomingStream | OutgoingStream): void {
    if (half === this.#acceptor.incoming || half === this.#acceptor.outgoing) {
      this.#acceptorHas -= 1;
      if (this.#acceptorHas === 0) this.#acceptor.connection.returns.opening(this.kind);
    } else {
      this.#openerHas -= 1;
      const { connection, outgoing } = this.#opener;
      if (this.#openerHas === 0 && !this.#admitted && outgoing) connection.allowance(this.kind).withdraw(outgoing);
    }
  }
}
