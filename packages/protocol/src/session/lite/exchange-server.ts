import { type BidiStream, CONTROL_PRIORITY } from "../../transport/index.ts";
import {
  BIDI,
  type Cursor,
  decodeClientSetup,
  encodeServerSetup,
  encodeStreamType,
  type Version,
} from "../../wire/index.ts";
import { Exchange } from "./exchange.ts";
import type { LiteSession } from "./lite-session.ts";
import { exchanged } from "./options.ts";
import { send } from "./output.ts";

/** The SETUP exchange as the answering side: the client offers versions on its first stream and we pick. moq-lite 01, 02. */
export class ExchangeServer extends Exchange {
  readonly #stream: BidiStream;

  constructor(session: LiteSession, stream: BidiStream, agreed: (version: Version) => void) {
    super(session, BIDI.clientSetup, agreed);
    this.#stream = stream;
    stream.send.setPriority(CONTROL_PRIORITY);
  }

  protected override agree(body: Cursor): Version | undefined {
    const { versions } = decodeClientSetup(body);
    const version = exchanged(this.session.options).find(({ code }) => versions.includes(code));
    if (!version) return undefined;
    send(this.#stream.send, (writer) => {
      encodeStreamType(writer, BIDI.serverSetup);
      encodeServerSetup(writer, { version: version.code });
    });
    return version;
  }
}
