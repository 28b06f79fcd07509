import type {
  Connection,
  ConnectionEvents,
  ConnectionInfo,
  ConnectionRequest,
  Handle,
} from "@moq-relay/protocol/transport";
import type { Engine } from "./engine.ts";
import { connectionInfo } from "./info.ts";
import type { NativeInfo } from "./native.ts";

/** A client at the door of a listener. */
export class QuicRequest implements ConnectionRequest {
  readonly info: ConnectionInfo;
  readonly offers: readonly string[];
  readonly #engine: Engine;
  readonly #handle: Handle;
  #answered = false;

  constructor(engine: Engine, handle: Handle, info: NativeInfo) {
    this.#engine = engine;
    this.#handle = handle;
    this.info = connectionInfo(info, false, "");
    this.offers = info.offers;
  }

  accept(protocol: string, onConnection: (connection: Connection) => ConnectionEvents): void {
    if (this.#answered) return;
    this.#answered = true;
    if (!this.#engine.native.accept(this.#handle, protocol)) return;
    // A client that leaves before it is in has never been a connection: nobody needs to know.
    this.#engine.dispatcher.addDoor(this.#handle, { dialled: false, onConnection, onFailed: () => {} });
  }

  reject(status: number): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#engine.native.reject(this.#handle, status);
  }
}
