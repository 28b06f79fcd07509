import type { ConnectionEvents } from "@moq-relay/protocol/transport";
import type { Agenda } from "../carrier/agenda.ts";
import { hasFlowControl } from "../codec/framing.ts";
import type { ResetFrame } from "../codec/reset-stream.ts";
import type { StreamFrame } from "../codec/stream.ts";
import { indexOf, kindOf, openedByServer } from "../codec/stream-id.ts";
import { Violation } from "../codec/violation.ts";
import type { Host } from "./host.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { RecvHalf, type RecvOwner } from "./recv-half.ts";
import type { Sender } from "./sender.ts";
import { StreamGrant } from "./stream-grant.ts";

/** Application code for streams that are refused because the process holds too many. */
const NO_CAPACITY = 0;

/** How large the window of one stream is, bytes. Smaller than the connection's, so that one paused stream stops no other. */
export function streamWindow(connectionWindow: number): number {
  return Math.ceil(connectionWindow / 4);
}

/** The receiving directions of one connection, and what the peer may send and open. */
export class Receiver implements RecvOwner {
  readonly agenda: Agenda;
  readonly #host: Host;
  readonly #sender: Sender;
  readonly #byId = new Map<number, RecvHalf>();
  readonly #window: ReceiveWindow;
  readonly #grants: { readonly bidi: StreamGrant; readonly uni: StreamGrant };
  readonly #limited: boolean;
  #events: ConnectionEvents | undefined;

  constructor(host: Host, sender: Sender) {
    const { maxConnectionReceive, maxBidiStreams, maxUniStreams } = host.settings.limits;
    this.agenda = host.agenda;
    this.#host = host;
    this.#sender = sender;
    this.#limited = hasFlowControl(host.framing);
    this.#window = new ReceiveWindow(this.#limited ? maxConnectionReceive : Number.POSITIVE_INFINITY);
    this.#grants = {
      // Who cannot be made to wait is sent away: that is for floods, and requests have caps of their own.
      bidi: new StreamGrant(this.#limited ? maxBidiStreams : Math.max(maxBidiStreams, maxUniStreams), this.#limited),
      uni: new StreamGrant(maxUniStreams, this.#limited),
    };
  }

  /** Received bytes that nobody has taken. */
  get waiting(): number {
    return this.#window.waiting;
  }

  has(id: number): boolean {
    return this.#byId.has(id);
  }

  start(events: ConnectionEvents): void {
    this.#events = events;
  }

  /** The receiving direction of a two-way stream that is opened here. */
  expect(): RecvHalf {
    const half = this.#create(-1);
    half.handle = this.#host.closed ? 0 : this.#host.handles.add(half);
    if (half.handle === 0) half.forget();
    return half;
  }

  /** Such a stream has got its id. */
  named(half: RecvHalf): void {
    this.#byId.set(half.id, half);
    if (half.stopped !== undefined) this.stop(half, half.stopped);
  }

  onStream(frame: StreamFrame): void {
    const half = this.#find(frame.id);
    if (half === undefined) {
      // The legacy framing does not say which bytes its senders count, so stray ones are let pass there.
      if (frame.data.length > 0 && this.#limited) throw new Violation("bytes after the end of a stream");
      return;
    }
    const { window } = half;
    const size = frame.data.length;
    if (half.finished && size > 0) throw new Violation("bytes after the end of a stream");
    if (frame.offset !== 0 && frame.offset !== window.received) throw new Violation("stream bytes out of order");
    this.#count(half, size);
    half.receive(frame.data, frame.fin);
  }

  onReset(frame: ResetFrame): void {
    const half = this.#find(frame.id);
    if (half === undefined) return;
    const unseen = Math.max(0, frame.finalSize - half.window.received);
    if (this.#limited) {
      this.#count(half, unseen);
      this.consumed(half, unseen);
    }
    half.abandon(frame.code);
  }

  consumed(half: RecvHalf, bytes: number): void {
    if (bytes === 0 || this.#host.closed) return;
    const max = this.#window.consume(bytes);
    const streamMax = half.window.consume(bytes);
    if (!this.#limited) {
      this.#host.wake();
      return;
    }
    if (max > 0) this.#host.control({ type: "max-data", max });
    if (streamMax > 0 && !half.finished && half.stopped === undefined) {
      this.#host.control({ type: "max-stream-data", id: half.id, max: streamMax });
    }
  }

  stop(half: RecvHalf, code: number): void {
    if (half.id >= 0) this.#host.control({ type: "stop", id: half.id, code });
    else if (half.partner?.abandoned !== undefined) this.#sender.forgo(half.partner);
  }

  forgotten(half: RecvHalf): void {
    this.#host.handles.delete(half.handle);
  }

  ended(half: RecvHalf): void {
    this.#byId.delete(half.id);
    this.#host.handles.delete(half.handle);
    this.#host.directionEnded(half.id);
  }

  /** A stream of the peer is over in both directions. */
  streamEnded(id: number): void {
    const kind = kindOf(id);
    const max = this.#grants[kind].end();
    if (max > 0) this.#host.control({ type: "max-streams", kind, max });
  }

  /** The peer may have so many two-way streams open. */
  allowBidi(count: number): void {
    const max = this.#grants.bidi.extend(count);
    if (max > 0) this.#host.control({ type: "max-streams", kind: "bidi", max });
  }

  drop(): void {
    for (const half of this.#byId.values()) half.forget();
    this.#byId.clear();
  }

  #create(id: number): RecvHalf {
    const { maxConnectionReceive } = this.#host.settings.limits;
    const size = this.#limited ? streamWindow(maxConnectionReceive) : Number.POSITIVE_INFINITY;
    return new RecvHalf(this, id, new ReceiveWindow(size));
  }

  #count(half: RecvHalf, bytes: number): void {
    if (!this.#window.allows(bytes) || !half.window.allows(bytes)) {
      throw new Violation("more bytes than were granted");
    }
    this.#window.receive(bytes);
    half.window.receive(bytes);
  }

  /** The direction that a frame is about, opened if it is new; undefined when it has ended. */
  #find(id: number): RecvHalf | undefined {
    const half = this.#byId.get(id);
    if (half !== undefined) return half;
    if (openedByServer(id) === this.#host.isServer) {
      this.#sender.checkKnown(id);
      if (kindOf(id) === "uni") throw new Violation("frame for a stream that cannot have it");
      return undefined;
    }
    const state = this.#grants[kindOf(id)].arrive(indexOf(id));
    if (state === "beyond") throw new Violation("more streams than were granted");
    return state === "new" ? this.#open(id) : undefined;
  }

  #open(id: number): RecvHalf {
    const recv = this.#create(id);
    recv.handle = this.#host.handles.add(recv);
    this.#byId.set(id, recv);
    if (kindOf(id) === "uni") {
      if (recv.handle === 0) recv.stop(NO_CAPACITY);
      else recv.listen(this.#events!.onUni(recv));
      return recv;
    }
    const send = this.#sender.adopt(id);
    if (recv.handle === 0 || send.handle === 0) {
      recv.stop(NO_CAPACITY);
      send.reset(NO_CAPACITY);
      return recv;
    }
    const events = this.#events!.onBidi({ send, recv });
    recv.listen(events);
    send.listen(events);
    return recv;
  }
}
