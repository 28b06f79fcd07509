import { type Clock, LIVE } from "@moq-relay/protocol/model";
import type { Upstream, UpstreamEvents } from "@moq-relay/protocol/session";
import type { MemberLink } from "./links.ts";
import { ownNames } from "./names.ts";
import { PULSE } from "./status.ts";

/** Hears whether the process at the other end of a link still says every second that it is there. */
export class PulseWatch {
  readonly #upstream: Upstream | undefined;
  /** Clock time of its last word; undefined when it has none to say (it has no address, or refused). */
  #heardAt: number | undefined;

  constructor({ session, hop, address }: MemberLink, clock: Clock) {
    const [broadcast] = ownNames(hop, address);
    if (broadcast === undefined) return;
    this.#heardAt = clock.now();
    const events: UpstreamEvents = {
      onStart: () => {},
      onEnd: () => {},
      onDrop: () => {},
      onGroup: () => {
        this.#heardAt = clock.now();
        return SILENT;
      },
      onDone: () => {
        this.#heardAt = undefined;
      },
      onError: () => {
        this.#heardAt = undefined;
      },
    };
    const request = { ...LIVE, broadcast, track: PULSE };
    this.#upstream = session.subscribe(request, events);
  }

  /** Milliseconds since it was heard. */
  silent(now: number): number {
    return this.#heardAt === undefined ? 0 : now - this.#heardAt;
  }

  close(): void {
    this.#upstream?.cancel();
  }
}

/** That it came is all that matters. */
const SILENT = { onData: () => {}, onFin: () => {}, onReset: () => {} };
