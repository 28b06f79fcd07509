import assert from "node:assert/strict";
import type { HopId, Path } from "@moq-relay/protocol/model";
import { type Announcer, LiteSession, type SessionHandler } from "@moq-relay/protocol/session";
import { dial, type Engine } from "@moq-relay/quic";
import { systemClock, systemRandom } from "./system.ts";

export interface ImpostorOptions {
  readonly engine: Engine;
  /** `https://host:port/` (WebTransport) or `host:port` (raw QUIC). */
  readonly target: string;
  /** The address that it says to have. */
  readonly address: string;
  /** What it announces to whoever asks. */
  readonly names: readonly Path[];
}

/** A client that says that it is a relay of the cluster, and announces what it likes. */
export class Impostor implements SessionHandler {
  readonly hop: HopId = systemRandom.id();
  readonly #options: ImpostorOptions;
  /** How its session ended. */
  readonly closed: Promise<number>;
  #end!: (code: number) => void;

  constructor(options: ImpostorOptions) {
    this.#options = options;
    this.closed = new Promise((resolve) => {
      this.#end = resolve;
    });
    const { engine, target, address } = options;
    dial(
      target,
      { engine, protocols: ["moq-lite-06"], insecure: true },
      {
        onConnection: (connection) => {
          const session = new LiteSession(1, connection, this, {
            clock: systemClock,
            hop: this.hop,
            freshHop: () => systemRandom.id(),
            hello: () => ({ address, root: true, settling: 0 }),
            limits: {
              handshakeTimeout: 10_000,
              maxMessage: 65_536,
              maxSubscriptions: 9,
              maxListens: 9,
              maxAnnounced: 99,
            },
          });
          session.start();
          return session;
        },
        onFailed: (reason) => assert.fail(reason),
      },
    );
  }

  onReady(): void {}

  onListen(prefix: Path, announcer: Announcer): () => void {
    assert.equal(prefix, "", "nobody asks a client for the cluster's own names");
    const offer = { hops: [], warm: 0, cold: 0, incarnation: Date.now() };
    announcer.begin(this.#options.names.map((suffix) => ({ suffix, offer })));
    return () => {};
  }

  onTrackInfo(): () => void {
    return () => {};
  }

  onSubscribe(): { update(): void; cancel(): void } {
    return { update: () => {}, cancel: () => {} };
  }

  onGoaway(): void {}

  onClosed({ code }: { readonly code: number }): void {
    this.#end(code);
  }
}
