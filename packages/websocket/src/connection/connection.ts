import type {
  BidiEvents,
  BidiStream,
  Carrier,
  CloseInfo,
  Connection,
  ConnectionEvents,
  ConnectionInfo,
  ConnectionStats,
  Handle,
  HandleTable,
  SendEvents,
  SendStream,
} from "@moq-relay/protocol/transport";
import type { Agenda, Due, Unsent } from "../carrier/agenda.ts";
import type { CloseFrame } from "../codec/close.ts";
import { datagramPayload } from "../codec/datagram.ts";
import type { Frame } from "../codec/frame.ts";
import { type Framing, hasFlowControl, hasRecords, MAX_RECORD } from "../codec/framing.ts";
import type { TransportParameters } from "../codec/parameters.ts";
import { kindOf, openedByServer } from "../codec/stream-id.ts";
import { Violation } from "../codec/violation.ts";
import type { Settings } from "../settings.ts";
import type { Outlet } from "../socket/outlet.ts";
import type { Shared } from "./host.ts";
import { Inbox, type InboxOwner } from "./inbox.ts";
import { KeepAlive } from "./keep-alive.ts";
import { Outbox } from "./outbox.ts";
import { ownParameters } from "./own-parameters.ts";
import { Receiver } from "./receiver.ts";
import type { SendHalf } from "./send-half.ts";
import { Sender } from "./sender.ts";

/** The carrier, as its connections see it. */
export interface ConnectionOwner extends Shared {
  readonly carrier: Carrier;
  /** Gives the connection a handle, 0 when there are too many. */
  add(connection: WebSocketConnection): Handle;
  remove(connection: WebSocketConnection): void;
}

/** What becomes of a connection that is being made: one of the two. */
export interface OpenEvents {
  onConnection(connection: Connection): ConnectionEvents;
  onFailed(reason: string): void;
}

/** What a connection is made of. */
export interface ConnectionParts {
  readonly outlet: Outlet;
  readonly info: ConnectionInfo;
  readonly framing: Framing;
  readonly opening: OpenEvents;
}

/**
 * A connection over one WebSocket, in any of the framings. It stands when the peer's transport parameters have come (at
 * once in the legacy framing, which has none). Knows no socket: messages come in through `receive` and leave by the outlet.
 */
export class WebSocketConnection implements Connection, InboxOwner, Due, Unsent {
  readonly handle: Handle;
  readonly info: ConnectionInfo;
  readonly framing: Framing;
  readonly isServer: boolean;
  readonly maxDatagramFrame: number;
  maxDatagramSize = 0;
  due = false;
  unsent = false;
  readonly #owner: ConnectionOwner;
  readonly #outlet: Outlet;
  readonly #opening: OpenEvents;
  readonly #keepAlive: KeepAlive;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #cancelDeadline: () => void;
  #events: ConnectionEvents | undefined;
  #end: CloseInfo | undefined;
  #received = 0;

  constructor(owner: ConnectionOwner, parts: ConnectionParts) {
    const { settings } = owner;
    const parameters = ownParameters(settings, parts.framing);
    this.#owner = owner;
    this.#outlet = parts.outlet;
    this.#opening = parts.opening;
    this.info = parts.info;
    this.framing = parts.framing;
    this.isServer = !parts.info.dialled;
    this.maxDatagramFrame = parameters.maxDatagramFrame;
    this.#keepAlive = new KeepAlive(settings, this.framing);
    this.#sender = new Sender(this);
    this.#receiver = new Receiver(this, this.#sender);
    this.#inbox = new Inbox(this, this.#sender, this.#receiver);
    this.#outbox = new Outbox(this, this.#sender);
    this.#outlet.onRoom = () => this.wake();
    this.#cancelDeadline = settings.clock.schedule(settings.handshakeTimeout, () => this.lost("handshake timed out"));
    this.handle = owner.add(this);
    if (this.handle === 0) this.#finish({ code: 0, reason: "too many connections", by: "local" });
    else if (hasFlowControl(this.framing)) this.control({ type: "parameters", parameters });
    else this.agenda.deliverSoon(this);
  }

  get carrier(): Carrier {
    return this.#owner.carrier;
  }

  get settings(): Settings {
    return this.#owner.settings;
  }

  get agenda(): Agenda {
    return this.#owner.agenda;
  }

  get handles(): HandleTable<object> {
    return this.#owner.handles;
  }

  get closed(): boolean {
    return this.#end !== undefined;
  }

  openUni(priority: number, events: SendEvents): SendStream {
    return this.openHalf(priority, events);
  }

  /** As `openUni`. */
  openHalf(priority: number, events: SendEvents): SendHalf {
    return this.#sender.open("uni", priority, events);
  }

  openBidi(priority: number, events: BidiEvents, first?: Uint8Array): BidiStream {
    const recv = this.#receiver.expect();
    const send = this.#sender.open("bidi", priority, events);
    recv.listen(events);
    if (send.over) recv.forget();
    send.partner = recv;
    recv.partner = send;
    if (first) send.write(first);
    return { send, recv };
  }

  sendDatagram(bytes: Uint8Array): boolean {
    // Where there are no datagrams at all there is no empty one either.
    if (this.maxDatagramSize === 0 || bytes.length > this.maxDatagramSize || this.#outlet.room <= 0) return false;
    if (!this.#outbox.datagram(bytes)) return false;
    this.wake();
    return true;
  }

  allowBidi(count: number): void {
    if (!this.closed) this.#receiver.allowBidi(count);
  }

  close(code: number, reason: string): void {
    const farewell: Frame = { type: "close", byApplication: true, code, reason };
    this.#finish({ code, reason, by: "local" }, farewell);
  }

  stats(): ConnectionStats {
    const { rtt } = this.#keepAlive;
    return {
      ...(rtt === undefined ? {} : { rtt }),
      sinceReceived: this.#keepAlive.sinceReceived,
      bytesSent: this.#outlet.sent,
      bytesReceived: this.#received,
      bytesQueued: this.#sender.queued,
    };
  }

  /** A message came in. */
  receive(message: Uint8Array, binary: boolean): void {
    if (this.closed) return;
    this.heard();
    this.#received += message.length;
    try {
      if (!binary) throw new Violation("text message");
      if (this.#events === undefined && !hasFlowControl(this.framing)) this.#open();
      this.#inbox.receive(message);
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#violated(error, !binary);
    }
    const { maxConnectionReceive } = this.settings.limits;
    if (!this.closed && !hasFlowControl(this.framing) && this.#receiver.waiting >= maxConnectionReceive) {
      this.#outlet.pause();
    }
  }

  /** A sign of life came that is not a message; `ping` is the time of the ping that it answers, if it does. */
  heard(ping?: number): void {
    this.#keepAlive.received();
    if (ping !== undefined) this.#keepAlive.answered(ping);
  }

  /** The socket has ended without a goodbye, or there is no use in it any more. */
  lost(reason: string): void {
    this.#finish({ code: 0, reason, by: "lost" });
    this.#outlet.terminate();
  }

  /** Looks after the connection from time to time. */
  beat(): void {
    const beat = this.#keepAlive.beat(this.#outlet.paused);
    if (beat === "dead") {
      this.lost("nothing was heard for too long");
      return;
    }
    if (beat === "ping") this.#outlet.ping(this.#keepAlive.lastPing);
    if (this.#keepAlive.wantsFrame) this.#inbox.askForLife();
  }

  wake(): void {
    if (!this.closed) this.agenda.flushSoon(this);
  }

  flush(): void {
    if (this.closed) return;
    const before = this.#outlet.sent;
    this.#outbox.flush(this.#outlet);
    if (this.#outlet.sent > before) this.#keepAlive.sent();
    const { maxConnectionReceive } = this.settings.limits;
    if (this.#outlet.paused && this.#receiver.waiting <= maxConnectionReceive / 2) this.#outlet.resume();
  }

  deliver(): void {
    if (this.#end === undefined) this.#open();
    else if (this.#events !== undefined) this.#events.onClosed(this.#end);
    else this.#opening.onFailed(this.#end.reason);
  }

  control(frame: Frame): void {
    if (this.closed) return;
    this.#outbox.control(frame);
    if (this.#outbox.controlBytes > this.settings.maxControlQueue) this.lost("answers are not read");
    else this.wake();
  }

  directionEnded(id: number): void {
    if (id < 0 || this.closed || openedByServer(id) === this.isServer) return;
    if (kindOf(id) === "bidi" && (this.#sender.has(id) || this.#receiver.has(id))) return;
    this.#receiver.streamEnded(id);
  }

  agreed(parameters: TransportParameters): void {
    this.#keepAlive.agree(parameters.idleTimeout);
    const { maxDatagramFrame } = parameters;
    this.maxDatagramSize = hasRecords(this.framing) ? datagramPayload(Math.min(maxDatagramFrame, MAX_RECORD)) : 0;
    this.#open(parameters);
  }

  datagram(data: Uint8Array): void {
    this.#events?.onDatagram(data);
  }

  goodbye({ byApplication, code, reason }: CloseFrame): void {
    this.#finish(byApplication ? { code, reason, by: "peer" } : { code: 0, reason, by: "lost" });
  }

  #open(parameters?: TransportParameters): void {
    if (this.#events !== undefined) return;
    this.#cancelDeadline();
    this.#sender.start(parameters);
    this.#outbox.start();
    this.#events = this.#opening.onConnection(this);
    this.#receiver.start(this.#events);
  }

  #violated(violation: Violation, text: boolean): void {
    const { code, message: reason } = violation;
    this.#finish({ code: 0, reason, by: "lost" }, { type: "close", byApplication: false, code, reason }, text);
  }

  /** The one way in which a connection ends; `farewell` is the last frame, if the peer should hear one. */
  #finish(end: CloseInfo, farewell?: Frame, text = false): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.maxDatagramSize = 0;
    this.#cancelDeadline();
    this.#sender.drop();
    this.#receiver.drop();
    if (farewell !== undefined) {
      this.#outbox.control(farewell);
      this.#outbox.flushControl(this.#outlet);
    }
    this.#outlet.close(text);
    this.#owner.remove(this);
    this.agenda.deliverSoon(this);
  }
}
