import { CLOSE_CODE } from "../../model/index.ts";
import type { BidiEvents, BidiStream } from "../../transport/index.ts";
import {
  BIDI,
  decodeClientSetup,
  EXCHANGE_PREFERENCE,
  encodeServerSetup,
  encodeStreamType,
  Framer,
  type Version,
} from "../../wire/index.ts";
import { Deaf } from "./deaf.ts";
import { guarded } from "./incoming.ts";
import { send } from "./output.ts";

/**
 * The SETUP exchange: the client's first stream, on which it offers versions and we pick one. The stream stays open as long
 * as the session (protocol notes 2.9). Only the answering side: our own relays never dial with it.
 */
export class SetupExchange extends Deaf implements BidiEvents {
  readonly #stream: BidiStream;
  readonly #framer: Framer;
  readonly #agreed: (version: Version) => void;
  readonly #close: (code: number, reason: string) => void;
  #typed = false;
  #done = false;

  constructor(
    stream: BidiStream,
    maxMessage: number,
    agreed: (version: Version) => void,
    close: (code: number, reason: string) => void,
  ) {
    super();
    this.#stream = stream;
    this.#framer = new Framer(maxMessage);
    this.#agreed = agreed;
    this.#close = close;
  }

  onData(bytes: Uint8Array): void {
    // Later the peer may report its bitrate here, which nobody needs.
    if (this.#done) return;
    this.#framer.push(bytes);
    guarded(
      () => this.#read(),
      (error) => this.#close(CLOSE_CODE.protocolViolation, `setup: ${error.message}`),
    );
  }

  onFin(): void {
    this.#close(CLOSE_CODE.none, "setup stream ended");
  }

  onReset(): void {
    this.#close(CLOSE_CODE.none, "setup stream reset");
  }

  #read(): void {
    if (!this.#typed) {
      const type = this.#framer.type();
      if (type === undefined) return;
      if (type !== BIDI.clientSetup) return this.#close(CLOSE_CODE.protocolViolation, "setup expected");
      this.#typed = true;
    }
    const body = this.#framer.message16();
    if (!body) return;
    const { versions } = decodeClientSetup(body);
    const version = EXCHANGE_PREFERENCE.find(({ code }) => versions.includes(code));
    if (!version) return this.#close(CLOSE_CODE.version, "no version in common");
    this.#done = true;
    send(this.#stream.send, (writer) => {
      encodeStreamType(writer, BIDI.serverSetup);
      encodeServerSetup(writer, { version: version.code });
    });
    this.#agreed(version);
  }
}
