import type { FrameFormat } from "@moq-relay/protocol/session";
import type { RecvEvents } from "@moq-relay/protocol/transport";
import { FrameScanner } from "@moq-relay/protocol/wire";

const MAX_FRAME = 1 << 20;

/** Takes a group stream apart and hands on each whole frame. */
export class GroupReader implements RecvEvents {
  readonly #scanner: FrameScanner;
  readonly #frame: (payload: Uint8Array) => void;
  readonly #ended: (how: "fin" | number) => void;
  #bytes: Uint8Array = new Uint8Array(256);
  #length = 0;
  /** Where the payload of the frame in hand begins. */
  #payload = 0;

  constructor(format: FrameFormat, frame: (payload: Uint8Array) => void, ended: (how: "fin" | number) => void) {
    this.#scanner = new FrameScanner(format, { maxFrame: MAX_FRAME });
    this.#frame = frame;
    this.#ended = ended;
  }

  onData(bytes: Uint8Array): void {
    this.#append(bytes);
    this.#scanner.push(
      bytes,
      (_, payload) => {
        this.#payload = payload;
      },
      (end) => this.#frame(this.#bytes.subarray(this.#payload, end)),
    );
  }

  onFin(): void {
    this.#ended("fin");
  }

  onReset(code: number): void {
    this.#ended(code);
  }

  #append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }
}
