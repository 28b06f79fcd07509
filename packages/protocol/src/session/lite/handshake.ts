import { CLOSE_CODE, type Timer } from "../../model/index.ts";
import { type BidiEvents, type BidiStream, CONTROL_PRIORITY, type RecvEvents } from "../../transport/index.ts";
import {
  EMPTY_SETUP,
  encodeSetup,
  encodeStreamType,
  type Framer,
  type Setup,
  UNI,
  type Version,
  versionOfAlpn,
} from "../../wire/index.ts";
import { ExchangeClient } from "./exchange-client.ts";
import { ExchangeServer } from "./exchange-server.ts";
import type { Begun, IncomingBidi } from "./incoming.ts";
import type { LiteSession } from "./lite-session.ts";
import { helloParameter } from "./node-hello.ts";
import { probing } from "./options.ts";
import { send } from "./output.ts";
import { estimateOf } from "./probe-cadence.ts";
import { SetupReceiver } from "./setup-receiver.ts";
import { Unheard } from "./unheard.ts";

/**
 * How a session begins: with nothing (03, 04), with a Setup stream each way (05, 06), or with the SETUP exchange (01, 02),
 * which also agrees on the version. What the peer asks before the end of it is kept, and answered then.
 */
export class Handshake {
  readonly #session: LiteSession;
  readonly #done: () => void;
  #features: Version | undefined;
  #over = false;
  #exchanging = false;
  #saidHello = false;
  #early: IncomingBidi[] = [];
  #deadline: Timer | undefined;

  /** @param done is called once, when identity and version are known. */
  constructor(session: LiteSession, done: () => void) {
    this.#session = session;
    this.#done = done;
    this.#features = versionOfAlpn(session.connection.info.protocol);
  }

  /** What the agreed version has; undefined before there is one. */
  get features(): Version | undefined {
    return this.#features;
  }

  get over(): boolean {
    return this.#over;
  }

  /** This side has said that it is a node of our kind. */
  get saidHello(): boolean {
    return this.#saidHello;
  }

  begin(): void {
    const { options, connection } = this.#session;
    const late = (): void => this.#session.close(CLOSE_CODE.timeout, "no setup in time");
    this.#deadline = options.clock.after(options.limits.handshakeTimeout, late);
    if (this.#features?.setup === "stream") this.#sendSetup(this.#features);
    else if (this.#features) this.#complete();
    else if (connection.info.dialled) {
      this.#exchanging = true;
      new ExchangeClient(this.#session, this.#agree);
    }
  }

  /** The connection is gone. */
  end(): void {
    this.#deadline?.cancel();
    this.#early = [];
  }

  /** The peer's first two-way stream, where the version is still to be agreed on; undefined for any other. */
  exchange(stream: BidiStream): BidiEvents | undefined {
    if (this.#features || this.#exchanging) return undefined;
    this.#exchanging = true;
    return new ExchangeServer(this.#session, stream, this.#agree);
  }

  /** The peer's Setup stream. */
  setup(framer: Framer, version: Version): RecvEvents & Begun {
    return new SetupReceiver(this.#session, framer, version, this.#hear);
  }

  /** Keeps a stream that came too early. */
  hold(stream: IncomingBidi): void {
    this.#early.push(stream);
  }

  readonly #agree = (version: Version): void => {
    this.#features = version;
    this.#complete();
  };

  readonly #hear = (setup: Setup): void => {
    const { peer, options } = this.#session;
    if (!peer.hear(setup, options.clock.now())) return this.#session.violation("second setup");
    this.#complete();
  };

  #sendSetup(version: Version): void {
    const { options, connection } = this.#session;
    const hello = options.hello();
    this.#saidHello = hello !== undefined;
    const { bitrate, rtt } = estimateOf(connection.stats());
    const probe = probing(options).answer && bitrate + rtt > 0 ? "report" : "none";
    const stream = connection.openUni(CONTROL_PRIORITY, new Unheard());
    send(stream, (writer) => {
      encodeStreamType(writer, UNI.setup);
      const others = hello ? [helloParameter(hello)] : [];
      encodeSetup(writer, { ...EMPTY_SETUP, hop: options.hop, cost: options.linkCost, probe, others }, version);
    });
    stream.finish();
  }

  #complete(): void {
    if (this.#over || this.#session.closed) return;
    this.#over = true;
    this.#deadline?.cancel();
    this.#done();
    const early = this.#early;
    this.#early = [];
    for (const stream of early) stream.release();
  }
}
