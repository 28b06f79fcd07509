import type {
  BidiEvents,
  BidiStream,
  CarrierLimits,
  CloseInfo,
  Connection,
  ConnectionEvents,
  ConnectionInfo,
  ConnectionStats,
  Handle,
  SendEvents,
  SendStream,
} from "../transport.ts";
import { Allowance } from "./allowance.ts";
import type { MemoryCarrier } from "./carrier.ts";
import type { Clock } from "./clock.ts";
import { IncomingStream } from "./incoming.ts";
import { Opening } from "./opening.ts";
import { OutgoingStream } from "./outgoing.ts";
import type { Pipe, PipeEnd } from "./pipe.ts";
import { Returns } from "./returns.ts";
import { Sender } from "./sender.ts";
import { Window } from "./window.ts";

/** New room in the connection's window is told when this part of it was used up. */
const TELL_AT = 1 / 8;

/** So many bytes may wait for the link when a datagram is sent; with more it is dropped. */
const DATAGRAM_BACKLOG = 64 << 10;

/** What an end is made of. */
export interface EndParts {
  readonly clock: Clock;
  readonly carrier: MemoryCarrier;
  readonly info: ConnectionInfo;
  readonly limits: CarrierLimits;
  readonly maxDatagramSize: number;
  readonly in: Pipe;
  readonly out: Pipe;
  /** The limits of the other end. */
  readonly peerLimits: CarrierLimits;
}

/** One end of a connection. */
export class MemoryConnection implements Connection, PipeEnd {
  readonly carrier: MemoryCarrier;
  readonly info: ConnectionInfo;
  readonly limits: CarrierLimits;
  readonly out: Pipe;
  readonly sender: Sender;
  /** The receive budget of the whole connection. */
  readonly window: Window;
  /** All halves of streams that have a handle here. */
  readonly streams: Set<IncomingStream | OutgoingStream> = new Set();
  handle: Handle = 0;
  events: ConnectionEvents | undefined;
  /** The other end. */
  peer: MemoryConnection | undefined;
  /** Bytes that wait in streams that are paused. */
  held = 0;
  returns: Returns = new Returns();
  readonly #clock: Clock;
  readonly #in: Pipe;
  readonly #maxDatagramSize: number;
  readonly #unis: Allowance;
  readonly #bidis: Allowance;
  #closed = false;
  #received = 0;
  #lost = 0;

  constructor(parts: EndParts) {
    this.carrier = parts.carrier;
    this.info = parts.info;
    this.limits = parts.limits;
    this.out = parts.out;
    this.#in = parts.in;
    this.#clock = parts.clock;
    this.#maxDatagramSize = parts.maxDatagramSize;
    this.window = new Window(parts.limits.maxConnectionReceive);
    const { maxConnectionReceive, maxUniStreams, maxBidiStreams } = parts.peerLimits;
    this.sender = new Sender(parts.clock, parts.out, maxConnectionReceive, parts.limits.maxConnectionQueue);
    this.#unis = new Allowance(maxUniStreams, this.sender);
    this.#bidis = new Allowance(maxBidiStreams, this.sender);
  }

  /** Takes a handle and begins to hear; false when no handle is left. */
  stand(): boolean {
    this.handle = this.carrier.handles.add(this);
    if (this.handle === 0) return false;
    this.#in.end = this;
    return true;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get maxDatagramSize(): number {
    return this.#closed ? 0 : this.#maxDatagramSize;
  }

  /** The streams of one kind that may be opened here. */
  allowance(kind: "uni" | "bidi"): Allowance {
    return kind === "uni" ? this.#unis : this.#bidis;
  }

  openUni(priority: number, events: SendEvents): OutgoingStream {
    const outgoing = new OutgoingStream(this, priority);
    if (this.#closed || !this.peer || !outgoing.appear()) {
      outgoing.abandon();
      return outgoing;
    }
    outgoing.events = events;
    const incoming = new IncomingStream(this.peer);
    const opening = new Opening("uni", { connection: this, outgoing }, { connection: this.peer, incoming });
    outgoing.connect(opening, incoming);
    incoming.connect(opening, outgoing);
    this.#unis.request(outgoing);
    return outgoing;
  }

  openBidi(priority: number, events: BidiEvents, first?: Uint8Array): BidiStream {
    const here = { connection: this, outgoing: new OutgoingStream(this, priority), incoming: new IncomingStream(this) };
    const bidi: { send: SendStream; recv: IncomingStream } = { send: here.outgoing, recv: here.incoming };
    const { peer } = this;
    if (this.#closed || !peer || !here.outgoing.appear() || !here.incoming.appear()) {
      here.outgoing.abandon();
      here.incoming.abandon();
      return bidi;
    }
    here.outgoing.events = events;
    here.incoming.events = events;
    const there = {
      connection: peer,
      outgoing: new OutgoingStream(peer, 0),
      incoming: new IncomingStream(peer),
    };
    const opening = new Opening("bidi", here, there);
    for (const [from, to] of [
      [here, there],
      [there, here],
    ] as const) {
      from.outgoing.connect(opening, to.incoming);
      to.incoming.connect(opening, from.outgoing);
    }
    if (first) bidi.send.write(first);
    this.#bidis.request(here.outgoing);
    return bidi;
  }

  sendDatagram(bytes: Uint8Array): boolean {
    if (this.#closed || bytes.length > this.#maxDatagramSize) return false;
    if (this.out.busyFor * this.out.way.rate > DATAGRAM_BACKLOG) return false;
    const copy = bytes.slice();
    this.sender.countDatagram(copy.length);
    if (!this.out.sendDatagram(() => this.peer?.arriveDatagram(copy), copy.length)) this.#lost += 1;
    return true;
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.out.send(() => this.peer?.arriveClose(code, reason));
    this.#end();
    this.#tellLater({ code, reason, by: "local" });
  }

  stats(): ConnectionStats {
    const { rate, delay } = this.out.way;
    return {
      rtt: delay + this.#in.way.delay,
      sinceReceived: this.#in.sinceHeard,
      ...(rate === Number.POSITIVE_INFINITY ? {} : { sendRate: rate * 8_000 }),
      bytesSent: this.sender.sent,
      bytesReceived: this.#received,
      packetsLost: this.#lost,
      bytesQueued: this.sender.queued,
    };
  }

  heartbeat(interval: number): void {
    if (this.#closed) return;
    this.#in.beat("far", interval);
    this.out.beat("near", interval);
  }

  allowBidi(count: number): void {
    if (this.#closed) return;
    this.out.send(() => {
      if (this.peer && !this.peer.closed) this.peer.allowance("bidi").extend(count);
    });
  }

  /** Runs `run` soon, unless the connection has ended by then: for events that a call here gives rise to. */
  post(run: () => void): void {
    this.#clock.schedule(0, () => {
      if (this.#closed) return;
      run();
      this.flush();
    });
  }

  /** Sends the peer what is owed to it. */
  flush(): void {
    if (this.#closed) return;
    // While streams are paused every byte of room counts; otherwise it is told in larger portions.
    const grant = this.window.grant(this.held > 0 ? 0 : TELL_AT);
    if (grant > 0) this.returns.connection(grant);
    if (this.returns.empty) return;
    const { returns, peer } = this;
    this.returns = new Returns();
    this.out.send(() => {
      if (peer && !peer.closed) returns.arrive(peer);
    });
  }

  countReceived(bytes: number): void {
    this.#received += bytes;
  }

  arriveDatagram(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.countReceived(bytes.length);
    this.events?.onDatagram(bytes);
  }

  arriveClose(code: number, reason: string): void {
    if (this.#closed) return;
    this.#end();
    this.events?.onClosed({ code, reason, by: "peer" });
  }

  onArrived(): void {
    this.flush();
  }

  onIdle(): void {
    this.lose("nothing was heard of the peer");
  }

  lose(reason: string): void {
    if (this.#closed) return;
    this.vanish();
    this.#tellLater({ code: 0, reason, by: "lost" });
  }

  vanish(): void {
    this.#end();
    this.out.abandon();
  }

  disown(): void {
    // Who dialled did so from a port of its own, which nobody has after it.
    if (this.info.dialled) this.lose("its peer knows nothing of the connection");
  }

  #tellLater(info: CloseInfo): void {
    this.#clock.schedule(0, () => this.events?.onClosed(info));
  }

  #end(): void {
    this.#closed = true;
    for (const stream of this.streams) stream.abandon();
    this.streams.clear();
    this.sender.close();
    this.#in.close();
    this.carrier.handles.delete(this.handle);
  }
}
