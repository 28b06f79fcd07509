import { MessageWriter } from "./message-writer.ts";

/** The messages of a client, each in one piece: they are masked, and so copied, on their way out. */
export class ClientMessages extends MessageWriter {
  get size(): number {
    return this.at - this.start;
  }

  begin(bound: number): void {
    if (this.lacks(bound)) this.renew();
    this.start = this.at;
  }

  payload(bytes: Uint8Array): void {
    this.put(bytes);
  }

  end(): void {
    if (this.size > 0) this.parts.push(this.bytes.subarray(this.start, this.at));
  }
}
