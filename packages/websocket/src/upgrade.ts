import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Connection, ConnectionEvents, ConnectionInfo, ConnectionRequest } from "@moq-relay/protocol/transport";
import { type WebSocket, WebSocketServer } from "ws";
import type { WebSocketCarrier } from "./carrier/carrier.ts";
import { WebSocketConnection } from "./connection/connection.ts";
import { remoteOf, verifiedChainOf } from "./socket/address.ts";
import { attach } from "./socket/attach.ts";
import { Outlet } from "./socket/outlet.ts";
import { ServerMessages } from "./socket/server-messages.ts";
import { type Agreement, chooseSubprotocol, protocolsIn } from "./socket/subprotocol.ts";

/** The socket's own bound for QMux, whose messages are smaller; what lies between is answered by a CONNECTION_CLOSE. */
const MAX_QMUX_MESSAGE = 64 << 10;

/** What browsers say of the page that dials, and proxies of whom they speak for. */
const SIGNS_OF_DISTANCE = ["origin", "forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"] as const;

/** Turns HTTP upgrades into connections. */
export class UpgradeDoor {
  readonly #carrier: WebSocketCarrier;
  readonly #messages = new ServerMessages();
  readonly #qmux: WebSocketServer;
  readonly #legacy: WebSocketServer;
  /** The subprotocol that was chosen for an upgrade. */
  readonly #chosen = new WeakMap<IncomingMessage, string>();

  constructor(carrier: WebSocketCarrier) {
    this.#carrier = carrier;
    this.#qmux = this.#server(MAX_QMUX_MESSAGE);
    this.#legacy = this.#server(carrier.settings.maxLegacyMessage);
  }

  /** Takes over an upgrade; `onRequest` hears of it, at once, unless it is not one to a WebSocket (HTTP 400). */
  handle(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    onRequest: (request: ConnectionRequest) => void,
  ): void {
    const visit = new Visit(this.#carrier, request, socket, (agreement, done) => {
      if (agreement.subprotocol !== undefined) this.#chosen.set(request, agreement.subprotocol);
      const server = agreement.framing === "legacy" ? this.#legacy : this.#qmux;
      server.handleUpgrade(request, socket, head, (ws) => {
        done(ws, new Outlet(ws, socket, false, this.#messages, this.#carrier.settings));
      });
    });
    if (request.method === "GET" && request.headers.upgrade?.toLowerCase() === "websocket") onRequest(visit);
    else visit.reject(400);
  }

  #server(maxPayload: number): WebSocketServer {
    return new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload,
      handleProtocols: (_offered, request) => this.#chosen.get(request) ?? false,
    });
  }
}

/** Does the upgrade as agreed and hands over the WebSocket. */
type Perform = (agreement: Agreement, done: (ws: WebSocket, outlet: Outlet) => void) => void;

/** One upgrade that waits for its answer. */
class Visit implements ConnectionRequest {
  readonly info: ConnectionInfo;
  readonly offers: readonly string[];
  readonly #carrier: WebSocketCarrier;
  readonly #socket: Duplex;
  readonly #perform: Perform;
  readonly #subprotocols: readonly string[];
  readonly #cancelDeadline: () => void;
  #answered = false;

  constructor(carrier: WebSocketCarrier, request: IncomingMessage, socket: Duplex, perform: Perform) {
    const list = request.headers["sec-websocket-protocol"] ?? "";
    this.#carrier = carrier;
    this.#socket = socket;
    this.#perform = perform;
    this.#subprotocols = list
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "");
    this.offers = protocolsIn(this.#subprotocols);
    this.info = {
      binding: "websocket",
      dialled: false,
      remote: remoteOf(socket as Socket),
      authority: request.headers.host ?? "",
      path: request.url ?? "/",
      protocol: "",
      indirect: SIGNS_OF_DISTANCE.some((name) => request.headers[name] !== undefined),
      peerCertificates: verifiedChainOf(socket as Socket),
    };
    socket.on("error", ignore);
    const { clock, handshakeTimeout } = carrier.settings;
    this.#cancelDeadline = clock.schedule(handshakeTimeout, () => this.reject(503));
  }

  accept(protocol: string, onConnection: (connection: Connection) => ConnectionEvents): void {
    const agreement = chooseSubprotocol(this.#subprotocols, protocol);
    if (agreement === undefined) {
      this.reject(400);
      return;
    }
    if (this.#carrier.isFull) {
      this.reject(503);
      return;
    }
    if (!this.#answer()) return;
    const { framing } = agreement;
    const info = { ...this.info, protocol: agreement.protocol };
    this.#perform(agreement, (ws, outlet) => {
      const opening = { onConnection, onFailed: ignore };
      attach(ws, new WebSocketConnection(this.#carrier, { outlet, info, framing, opening }));
    });
  }

  reject(status: number): void {
    if (!this.#answer() || !this.#socket.writable) return;
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, "Connection: close", "Content-Length: 0"];
    this.#socket.on("error", ignore);
    this.#socket.end(`${lines.join("\r\n")}\r\n\r\n`, () => this.#socket.destroy());
  }

  /** True the first time. */
  #answer(): boolean {
    if (this.#answered) return false;
    this.#answered = true;
    this.#cancelDeadline();
    this.#socket.off("error", ignore);
    return true;
  }
}

/** A client at the door that leaves is no event. */
function ignore(): void {}
