import type { OutgoingStream } from "./outgoing.ts";
import { NOWHERE, Ranking } from "./ranking.ts";
import type { Sender } from "./sender.ts";

/** How many streams of one kind the peer lets this end have open; the others wait, by priority. */
export class Allowance {
  #limit: number;
  readonly #sender: Sender;
  readonly #waiting = new Ranking<OutgoingStream>();
  #open = 0;

  constructor(limit: number, sender: Sender) {
    this.#limit = limit;
    this.#sender = sender;
  }

  /** Admits `stream`, now or later. */
  request(stream: OutgoingStream): void {
    if (this.#open < this.#limit) this.#admit(stream);
    else this.#waiting.add(stream);
  }

  /** The peer is done with `count` streams. */
  release(count: number): void {
    this.#open -= count;
    this.#admitWaiting();
  }

  /** The peer lets this end have so many, if that is more than before. */
  extend(limit: number): void {
    this.#limit = Math.max(this.#limit, limit);
    this.#admitWaiting();
  }

  rerank(stream: OutgoingStream, priority: number): void {
    if (stream.place !== NOWHERE) this.#waiting.rerank(stream, priority);
  }

  /** `stream` was given up while it waited. */
  withdraw(stream: OutgoingStream): void {
    if (stream.place !== NOWHERE) this.#waiting.remove(stream);
  }

  #admitWaiting(): void {
    while (this.#open < this.#limit) {
      const stream = this.#waiting.first;
      if (stream === undefined) return;
      this.#waiting.remove(stream);
      this.#admit(stream);
    }
  }

  #admit(stream: OutgoingStream): void {
    this.#open += 1;
    stream.opening?.admit();
    this.#sender.offer(stream);
  }
}
