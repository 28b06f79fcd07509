import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Carrier, ConnectionRequest, DialEvents, Dialling } from "@moq-relay/protocol/transport";
import { WebSocketCarrier } from "./carrier/carrier.ts";
import { Dial, type WebSocketDialOptions } from "./dial.ts";
import { settingsOf, type WebSocketOptions } from "./settings.ts";
import { ClientMessages } from "./socket/client-messages.ts";
import { UpgradeDoor } from "./upgrade.ts";

/** WebSockets as a transport: one for each process, with one carrier for all connections. */
export interface WebSocketTransport {
  readonly carrier: Carrier;
  /**
   * For the "upgrade" event of an HTTP server. `onRequest` hears of the client, its `offers` being the MoQ protocols in its
   * list of subprotocols. What `accept` cannot match with that list is answered by HTTP 400.
   */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    onRequest: (request: ConnectionRequest) => void,
  ): void;
  /** Dials `ws:`, `wss:`, `http:` or `https:` with path and query. The result comes later, never from inside the call. */
  dial(url: string, options: WebSocketDialOptions, events: DialEvents): Dialling;
  /** Closes every connection; see `Connection.close`. */
  close(code: number, reason: string): void;
}

export function createWebSocketTransport(options: WebSocketOptions = {}): WebSocketTransport {
  const carrier = new WebSocketCarrier(settingsOf(options));
  const door = new UpgradeDoor(carrier);
  const messages = new ClientMessages();
  return {
    carrier,
    upgrade: (request, socket, head, onRequest) => door.handle(request, socket, head, onRequest),
    dial: (url, dialOptions, events) => new Dial(carrier, messages, url, dialOptions, events),
    close(code, reason) {
      for (const connection of carrier.connections) connection.close(code, reason);
    },
  };
}
