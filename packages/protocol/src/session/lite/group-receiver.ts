import { knownStreamCode, STREAM_CODE } from "../../model/index.ts";
import type { RecvEvents, RecvStream } from "../../transport/index.ts";
import { decodeGroupHeader, type Framer, type Version, WireError } from "../../wire/index.ts";
import type { Upstreams } from "./upstreams.ts";

/**
 * One group stream of the peer (uni 0): the header says whose it is; from then on the bytes go there as they come.
 * moq-lite 01-06, Group.
 */
export class GroupReceiver implements RecvEvents {
  readonly #stream: RecvStream;
  readonly #version: Version;
  readonly #upstreams: Upstreams;
  #framer: Framer | undefined;
  #target: RecvEvents | undefined;
  #subscription = -1;

  /** @param framer has the stream type taken off, and may hold more already. */
  constructor(stream: RecvStream, framer: Framer, version: Version, upstreams: Upstreams) {
    this.#stream = stream;
    this.#framer = framer;
    this.#version = version;
    this.#upstreams = upstreams;
  }

  get awaits(): number | undefined {
    return this.#framer ? 0 : undefined;
  }

  onTimeout(): void {
    this.#framer = undefined;
    this.#stream.stop(STREAM_CODE.controlTimeout);
  }

  /** Reads what the framer already holds. */
  proceed(): void {
    this.#readHeader();
  }

  onData(bytes: Uint8Array): void {
    if (this.#target) return this.#target.onData(bytes);
    if (!this.#framer) return;
    this.#framer.push(bytes);
    this.#readHeader();
  }

  onFin(): void {
    this.#target?.onFin();
    this.#leave();
  }

  onReset(code: number): void {
    this.#target?.onReset(knownStreamCode(code));
    this.#leave();
  }

  #readHeader(): void {
    const framer = this.#framer;
    if (!framer) return;
    try {
      const body = framer.message();
      if (!body) {
        if (framer.buffered > MAX_HEADER) this.#malformed();
        return;
      }
      const { subscription, sequence, frameStart } = decodeGroupHeader(body, this.#version);
      this.#framer = undefined;
      this.#subscription = subscription;
      this.#target = this.#upstreams.accept(subscription, sequence, frameStart, this.#stream);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      return this.#malformed();
    }
    // The subscription may have ended while its group was on the way, or the group is not wanted.
    if (!this.#target) return this.#stream.stop(STREAM_CODE.cancel);
    const rest = framer.rest();
    if (rest.length > 0) this.#target.onData(rest);
  }

  #malformed(): void {
    this.#framer = undefined;
    this.#stream.stop(STREAM_CODE.malformedTrack);
  }

  #leave(): void {
    this.#upstreams.left(this.#subscription, this.#stream);
    this.#target = undefined;
    this.#framer = undefined;
  }
}

/** Bytes that a group header can have, a length and three integers: more that is no whole one is not kept. */
const MAX_HEADER = 32;
