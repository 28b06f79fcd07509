import type { Socket } from "node:net";
import type { Connection, ConnectionEvents, DialEvents, Dialling } from "@moq-relay/protocol/transport";
import { type ClientOptions, WebSocket } from "ws";
import type { WebSocketCarrier } from "./carrier/carrier.ts";
import { type OpenEvents, WebSocketConnection } from "./connection/connection.ts";
import { remoteOf, verifiedChainOf } from "./socket/address.ts";
import { attach } from "./socket/attach.ts";
import type { ClientMessages } from "./socket/client-messages.ts";
import { Outlet } from "./socket/outlet.ts";
import { offerSubprotocols, parseSubprotocol } from "./socket/subprotocol.ts";
import { connectTls, type Trust } from "./trust.ts";

/** How to dial. */
export interface WebSocketDialOptions extends Trust {
  /** The MoQ protocols to offer, favourite first. */
  readonly protocols: readonly string[];
  /** Also offer the framings alone, so that the SETUP exchange can settle the protocol; default true. */
  readonly bare?: boolean;
  /** The exact subprotocols to offer, in place of those that follow from `protocols` and `bare`. */
  readonly subprotocols?: readonly string[];
  /** Further headers of the upgrade request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole dial, milliseconds. Default: `WebSocketOptions.handshakeTimeout`. */
  readonly timeout?: number;
}

/** The dial of one connection, until it stands or has failed. */
export class Dial implements Dialling, OpenEvents {
  readonly #carrier: WebSocketCarrier;
  readonly #messages: ClientMessages;
  readonly #options: WebSocketDialOptions;
  readonly #events: DialEvents;
  readonly #cancelDeadline: () => void;
  /** Takes back what was begun. */
  #undo: () => void = () => {};
  #over = false;

  constructor(
    carrier: WebSocketCarrier,
    messages: ClientMessages,
    url: string,
    options: WebSocketDialOptions,
    events: DialEvents,
  ) {
    const { clock, handshakeTimeout } = carrier.settings;
    this.#carrier = carrier;
    this.#messages = messages;
    this.#options = options;
    this.#events = events;
    this.#cancelDeadline = clock.schedule(options.timeout ?? handshakeTimeout, () =>
      this.onFailed("the dial timed out"),
    );
    // Later, because a failure must not be told from inside the caller's call.
    clock.soon(() => this.#begin(url));
  }

  cancel(): void {
    this.#end();
  }

  onConnection(connection: Connection): ConnectionEvents {
    this.#over = true;
    this.#cancelDeadline();
    return this.#events.onConnection(connection);
  }

  onFailed(reason: string, status?: number): void {
    if (!this.#end()) return;
    if (status === undefined) this.#events.onFailed(reason);
    else this.#events.onFailed(reason, status);
  }

  /** True the first time. */
  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#cancelDeadline();
    this.#undo();
    return true;
  }

  #begin(address: string): void {
    if (this.#over) return;
    const url = URL.parse(address.replace(/^http/, "ws"));
    if (url === null || !/^wss?:$/.test(url.protocol)) {
      this.onFailed("not a URL that can be dialled");
      return;
    }
    if (this.#carrier.isFull) {
      this.onFailed("too many connections");
      return;
    }
    if (url.protocol === "ws:") {
      this.#upgrade(url, {});
      return;
    }
    try {
      const onReady = (socket: Socket) => this.#upgrade(url, { createConnection: () => socket });
      const socket = connectTls(url, this.#options, onReady, (reason) => this.onFailed(reason));
      this.#undo = () => socket.destroy();
    } catch (error) {
      this.onFailed(String(error));
    }
  }

  #upgrade(url: URL, how: ClientOptions): void {
    const ws = this.#create(url, how);
    if (ws === undefined) return;
    this.#undo = () => ws.terminate();
    let socket: Socket | undefined;
    ws.on("error", (error) => this.onFailed(error.message));
    ws.on("unexpected-response", (request, response) => {
      this.onFailed(`the server answered with HTTP ${response.statusCode}`, response.statusCode);
      request.destroy();
    });
    ws.on("upgrade", (response) => {
      socket = response.socket;
    });
    ws.on("open", () => this.#connect(url, ws, socket!));
  }

  #create(url: URL, how: ClientOptions): WebSocket | undefined {
    const { protocols, bare, subprotocols, headers } = this.#options;
    try {
      return new WebSocket(url, [...(subprotocols ?? offerSubprotocols(protocols, bare ?? true))], {
        ...how,
        headers: { ...headers },
        perMessageDeflate: false,
        maxPayload: this.#carrier.settings.maxLegacyMessage,
      });
    } catch (error) {
      // Names that are no tokens of HTTP, a fragment in the URL: the library says so by throwing.
      this.onFailed(String(error));
      return undefined;
    }
  }

  #connect(url: URL, ws: WebSocket, socket: Socket): void {
    const { framing, protocol } = parseSubprotocol(ws.protocol);
    const info = {
      binding: "websocket",
      dialled: true,
      remote: remoteOf(socket),
      authority: url.host,
      path: url.pathname + url.search,
      protocol,
      peerCertificates: verifiedChainOf(socket),
    } as const;
    const outlet = new Outlet(ws, socket, true, this.#messages, this.#carrier.settings);
    const connection = new WebSocketConnection(this.#carrier, { outlet, info, framing, opening: this });
    this.#undo = () => connection.close(0, "");
    attach(ws, connection);
  }
}
