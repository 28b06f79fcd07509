import { CLOSE_CODE } from "../../model/index.ts";
import type { BidiEvents } from "../../transport/index.ts";
import { type Cursor, decodeSessionInfo, Framer, type Version, WireError } from "../../wire/index.ts";
import { Deaf } from "./deaf.ts";
import { guarded } from "./incoming.ts";
import type { LiteSession } from "./lite-session.ts";

/**
 * The stream of the SETUP exchange, at either end: one message agrees on the version; then it stays open as long as the
 * session, and may carry SESSION_INFO. moq-lite 01 and 02 (protocol notes 2.9).
 */
export abstract class Exchange extends Deaf implements BidiEvents {
  protected readonly session: LiteSession;
  readonly #type: number;
  readonly #agreed: (version: Version) => void;
  readonly #framer: Framer;
  #typed = false;
  #version: Version | undefined;
  /** What came after the exchange made no sense: no more of it is read. */
  #deaf = false;

  /** @param type the stream type with which the peer's message begins. */
  constructor(session: LiteSession, type: number, agreed: (version: Version) => void) {
    super();
    this.session = session;
    this.#type = type;
    this.#agreed = agreed;
    this.#framer = new Framer(session.options.limits.maxMessage);
  }

  /** Reads the peer's message: the version that is agreed on, undefined when there is none in common. */
  protected abstract agree(body: Cursor): Version | undefined;

  onData(bytes: Uint8Array): void {
    if (this.#deaf) return;
    this.#framer.push(bytes);
    guarded(
      () => this.#readSetup(),
      (error) => this.session.violation(`setup: ${error.message}`),
    );
    if (this.#version) this.#readInfo(this.#version);
  }

  onFin(): void {
    this.session.close(CLOSE_CODE.none, "setup stream ended");
  }

  onReset(): void {
    this.session.close(CLOSE_CODE.none, "setup stream reset");
  }

  #readSetup(): void {
    if (this.#version) return;
    if (!this.#typed) {
      const type = this.#framer.type();
      if (type === undefined) return;
      if (type !== this.#type) return this.session.violation("setup expected");
      this.#typed = true;
    }
    const body = this.#framer.message16();
    if (!body) return;
    const version = this.agree(body);
    if (!version) return this.session.close(CLOSE_CODE.version, "no version in common");
    this.#version = version;
    this.#agreed(version);
  }

  /** A bitrate is good to know and nothing depends on it: nonsense in its place costs the peer nothing. */
  #readInfo(version: Version): void {
    try {
      for (;;) {
        const body = this.#framer.message();
        if (!body) return;
        const { bitrate } = decodeSessionInfo(body, version);
        this.session.hearEstimate({ bitrate, rtt: 0 });
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#deaf = true;
    }
  }
}
