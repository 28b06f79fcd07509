import {
  BIDI,
  type Cursor,
  decodeServerSetup,
  encodeClientSetup,
  encodeStreamType,
  type Version,
} from "../../wire/index.ts";
import { Exchange } from "./exchange.ts";
import type { LiteSession } from "./lite-session.ts";
import { exchanged } from "./options.ts";
import { ask } from "./output.ts";

/** The SETUP exchange as the side that dialled: offers what is agreed on this way, best first. moq-lite 01 and 02. */
export class ExchangeClient extends Exchange {
  constructor(session: LiteSession, agreed: (version: Version) => void) {
    super(session, BIDI.serverSetup, agreed);
    ask(session.connection, this, (writer) => {
      encodeStreamType(writer, BIDI.clientSetup);
      encodeClientSetup(writer, { versions: exchanged(session.options).map(({ code }) => code) });
    });
  }

  protected override agree(body: Cursor): Version | undefined {
    const { version } = decodeServerSetup(body);
    return exchanged(this.session.options).find(({ code }) => code === version);
  }
}
