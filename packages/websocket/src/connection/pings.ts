import type { Frame } from "../codec/frame.ts";
import type { Framing } from "../codec/framing.ts";
import type { PingFrame } from "../codec/ping.ts";
import { Violation } from "../codec/violation.ts";

/** The sequence numbers of QX_PING; in qmux-02 they must rise, and answers must be to questions. */
export class Pings {
  readonly #strict: boolean;
  #next = 0n;
  #last = -1n;

  constructor(framing: Framing) {
    this.#strict = framing === "qmux-02";
  }

  /** The next question. */
  ask(): Frame {
    return { type: "ping", response: false, sequence: this.#next++ };
  }

  /** The answer to a question; nothing to an answer. */
  onPing(ping: PingFrame): Frame | undefined {
    if (ping.response) {
      if (this.#strict && ping.sequence >= this.#next) throw new Violation("ping out of order");
      return undefined;
    }
    if (this.#strict && ping.sequence <= this.#last) throw new Violation("ping out of order");
    this.#last = ping.sequence;
    return { type: "ping", response: true, sequence: ping.sequence };
  }
}
