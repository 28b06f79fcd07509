import type { MemoryConnection } from "./connection.ts";
import type { OutgoingStream } from "./outgoing.ts";

/** What one end owes the other for what it received: acknowledgements and new allowance, sent in one packet. */
export class Returns {
  #empty = true;
  #bytes = 0;
  #unis = 0;
  #bidis = 0;
  #windows: { readonly stream: OutgoingStream; readonly bytes: number }[] = [];
  #received: OutgoingStream[] = [];

  get empty(): boolean {
    return this.#empty;
  }

  /** The connection may carry as many bytes more. */
  connection(bytes: number): void {
    this.#empty = false;
    this.#bytes += bytes;
  }

  /** The stream may carry as many bytes more. */
  stream(stream: OutgoingStream, bytes: number): void {
    this.#empty = false;
    this.#windows.push({ stream, bytes });
  }

  /** One more stream of this kind may be opened. */
  opening(kind: "uni" | "bidi"): void {
    this.#empty = false;
    if (kind === "uni") this.#unis += 1;
    else this.#bidis += 1;
  }

  /** All of the stream has been received. */
  received(stream: OutgoingStream): void {
    this.#empty = false;
    this.#received.push(stream);
  }

  /** Arrives at the end to which all this is owed. */
  arrive(at: MemoryConnection): void {
    at.sender.grant(this.#bytes);
    for (const { stream, bytes } of this.#windows) stream.grant(bytes);
    at.allowance("uni").release(this.#unis);
    at.allowance("bidi").release(this.#bidis);
    for (const stream of this.#received) stream.acknowledge();
  }
}
