import type { CloseFrame } from "../codec/close.ts";
import type { DatagramFrame } from "../codec/datagram.ts";
import { decodeMessage } from "../codec/decode.ts";
import type { Frame } from "../codec/frame.ts";
import { type Framing, hasFlowControl, hasRecords, MAX_FRAME, MAX_RECORD } from "../codec/framing.ts";
import type { TransportParameters } from "../codec/parameters.ts";
import { Violation } from "../codec/violation.ts";
import type { Host } from "./host.ts";
import { Pings } from "./pings.ts";
import type { Receiver } from "./receiver.ts";
import type { Sender } from "./sender.ts";

/** What a connection hears from its inbox. */
export interface InboxOwner extends Host {
  /** The largest DATAGRAM frame that the peer was told it may send, bytes. */
  readonly maxDatagramFrame: number;
  /** The peer's parameters have come. */
  agreed(parameters: TransportParameters): void;
  datagram(data: Uint8Array): void;
  /** The peer has ended the connection. */
  goodbye(frame: CloseFrame): void;
}

/** Takes messages apart and hands each frame to whom it concerns. Whatever breaks a rule is thrown as a `Violation`. */
export class Inbox {
  readonly #owner: InboxOwner;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #pings: Pings;
  readonly #maxMessage: number;
  #agreed: boolean;

  constructor(owner: InboxOwner, sender: Sender, receiver: Receiver) {
    this.#owner = owner;
    this.#sender = sender;
    this.#receiver = receiver;
    this.#pings = new Pings(owner.framing);
    this.#maxMessage = maxMessage(owner.framing);
    this.#agreed = !hasFlowControl(owner.framing);
  }

  receive(message: Uint8Array): void {
    if (message.length > this.#maxMessage) throw new Violation("message too large");
    decodeMessage(this.#owner.framing, message, this.#visit);
  }

  /** A question of our own, to be sent. */
  askForLife(): void {
    if (this.#agreed) this.#owner.control(this.#pings.ask());
  }

  readonly #visit = (frame: Frame): boolean => {
    this.#onFrame(frame);
    return !this.#owner.closed;
  };

  #onFrame(frame: Frame): void {
    if (frame.type === "close") {
      this.#owner.goodbye(frame);
      return;
    }
    if ((frame.type === "parameters") === this.#agreed) {
      throw new Violation("transport parameters must come first, and once");
    }
    switch (frame.type) {
      case "stream":
        this.#receiver.onStream(frame);
        break;
      case "reset":
        this.#receiver.onReset(frame);
        break;
      case "stop":
        this.#sender.stop(frame.id, frame.code);
        break;
      case "max-data":
        this.#sender.allowBytes(frame.max);
        break;
      case "max-stream-data":
        this.#sender.allowStreamBytes(frame.id, frame.max);
        break;
      case "max-streams":
        this.#sender.allowStreams(frame.kind, frame.max);
        break;
      case "datagram":
        this.#onDatagram(frame);
        break;
      case "ping": {
        const answer = this.#pings.onPing(frame);
        if (answer !== undefined) this.#owner.control(answer);
        break;
      }
      case "parameters":
        this.#onParameters(frame.parameters);
        break;
      case "blocked":
        break;
    }
  }

  #onParameters(parameters: TransportParameters): void {
    if (hasRecords(this.#owner.framing) && parameters.maxRecord < MAX_RECORD) {
      throw new Violation("malformed transport parameter");
    }
    this.#agreed = true;
    this.#owner.agreed(parameters);
  }

  #onDatagram(frame: DatagramFrame): void {
    if (frame.size > this.#owner.maxDatagramFrame) throw new Violation("datagram that was not asked for");
    this.#owner.datagram(frame.data);
  }
}

/** The legacy framing sets no bound; there the socket's own holds. */
function maxMessage(framing: Framing): number {
  if (framing === "legacy") return Number.POSITIVE_INFINITY;
  return hasRecords(framing) ? MAX_RECORD : MAX_FRAME;
}
