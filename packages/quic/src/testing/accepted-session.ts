import type { CloseInfo, Connection } from "@moq-relay/protocol/transport";
import { StreamSession } from "../webtransport/session.ts";

/** The server's end of a session in the shape of `WebTransport`, for libraries that can serve on one. */
export class AcceptedSession {
  readonly ready: Promise<void> = Promise.resolve();
  readonly closed: Promise<CloseInfo>;
  readonly protocol: string;
  readonly events: StreamSession;
  readonly #connection: Connection;

  constructor(connection: Connection) {
    const { promise, resolve } = Promise.withResolvers<CloseInfo>();
    this.closed = promise;
    this.protocol = connection.info.protocol;
    this.#connection = connection;
    this.events = new StreamSession(256 << 10, 1000, resolve);
    this.events.connection = connection;
  }

  get incomingUnidirectionalStreams(): unknown {
    return this.events.incomingUni.readable;
  }

  get incomingBidirectionalStreams(): unknown {
    return this.events.incomingBidi.readable;
  }

  get datagrams(): unknown {
    return this.events.datagrams;
  }

  async createUnidirectionalStream(options?: { sendOrder?: number }): Promise<unknown> {
    return this.events.openUni(this.#connection, options?.sendOrder ?? null);
  }

  async createBidirectionalStream(options?: { sendOrder?: number }): Promise<unknown> {
    return this.events.openBidi(this.#connection, options?.sendOrder ?? null);
  }

  close(): void {
    this.#connection.close(0, "");
  }
}
