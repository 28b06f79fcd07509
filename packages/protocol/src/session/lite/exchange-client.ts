import { CONTROL_PRIORITY } from "../../transport/index.ts";
import {
  BIDI,
  type Cursor,
  decodeServerSetup,
  EXCHANGE_PREFERENCE,
  encodeClientSetup,
  encodeStreamType,
  type Version,
  versionOfCode,
} from "../../wire/index.ts";
import { Exchange } from "./exchange.ts";
import type { LiteSession } from "./lite-session.ts";
import { send } from "./output.ts";

/** The SETUP exchange as the side that dialled: offers what is agreed on this way, best first. moq-lite 01 and 02. */
export class ExchangeClient extends Exchange {
  constructor(session: LiteSession, agreed: (version: Version) => void) {
    super(session, BIDI.serverSetup, agreed);
    const stream = session.connection.openBidi(CONTROL_PRIORITY, this);
    send(stream.send, (writer) => {
      encodeStreamType(writer, BIDI.clientSetup);
      encodeClientSetup(writer, { versions: EXCHANGE_PREFERENCE.map(({ code }) => code) });
    });
  }

  protected override agree(body: Cursor): Version | undefined {
    return versionOfCode(decodeServerSetup(body).version);
  }
}
