import type { Timer } from "../../model/index.ts";
import type { BidiEvents, BidiStream } from "../../transport/index.ts";
import { decodeProbe, encodeProbe, type Framer } from "../../wire/index.ts";
import type { LiteSession } from "./lite-session.ts";
import { probing } from "./options.ts";
import { send } from "./output.ts";
import { estimateOf, ProbeCadence } from "./probe-cadence.ts";
import { type Progress, Request } from "./request.ts";

/**
 * The peer wants to know how fast the way to it is (bidi 4): reports, as long as it listens and something is known. What it
 * aims at itself is read and changes nothing. moq-lite 03-06, Probe.
 */
export class ProbeServer extends Request implements BidiEvents {
  readonly #session: LiteSession;
  readonly #cadence = new ProbeCadence();
  #timer: Timer | undefined;
  #over = false;

  constructor(session: LiteSession, stream: BidiStream, framer: Framer) {
    super(stream, framer);
    this.#session = session;
  }

  /** A probe needs no message. */
  override get awaits(): number | undefined {
    return this.unfinished ? super.awaits : undefined;
  }

  override proceed(): void {
    this.#look();
    super.proceed();
  }

  /** To finish is the only way to withdraw a request without a message. */
  override onFin(): void {
    this.withdrawn();
  }

  leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    this.#session.requests.probes.delete(this);
  }

  protected override read(framer: Framer): Progress {
    const body = framer.message();
    if (!body) return "short";
    decodeProbe(body, this.#session.features);
    return "taken";
  }

  protected override withdrawn(): void {
    this.leave();
    this.stream.send.finish();
  }

  readonly #look = (): void => {
    if (this.#over) return;
    const { connection, features, options } = this.#session;
    const estimate = estimateOf(connection.stats());
    const known = estimate.bitrate > 0 || (estimate.rtt > 0 && features.probe === "rtt");
    // A reset instead ends the whole session of @moq/lite 0.2.2, and what is not known yet may be known at the next look.
    if (known && this.#cadence.due(estimate, options.clock.now())) {
      send(this.stream.send, (writer) => encodeProbe(writer, estimate, features));
    }
    this.#timer = options.clock.after(probing(options).interval, this.#look);
  };
}
