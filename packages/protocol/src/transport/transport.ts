/**
 * The seam between MoQ and whatever carries it. Raw QUIC, WebTransport, WebSocket and memory all look like this, and all
 * pass the suite in `compliance/`.
 *
 * Three rules hold for every implementation:
 *
 * 1. **Push style.** Nothing here returns a promise. Calls return at once; what happens later arrives as an event.
 * 2. **No re-entrance.** An event is never delivered from inside a call that the receiver made to the transport.
 * 3. **Silence after the end.** After `onReset`, `onFin` + all data, `onStopped` or `onClosed` of a thing, no further event
 *    names it, and calls that name it do nothing. After `ConnectionEvents.onClosed` none of its streams gives any event.
 */

/** Names a stream or a connection within its carrier: an unsigned 32-bit number, never 0, not reused soon. */
export type Handle = number;

/** The priority of streams that must go before all media. Higher numbers are sent first. */
export const CONTROL_PRIORITY = 0x7fff_ffff;

/** Which binding carries a connection. */
export type Binding = "memory" | "quic" | "webtransport" | "websocket";

/** What is known of a connection when it is handed over; it does not change afterwards. */
export interface ConnectionInfo {
  readonly binding: Binding;
  /** True where this side dialled. */
  readonly dialled: boolean;
  /** Address and port of the peer, IPv6 in brackets, for people to read. */
  readonly remote: string;
  /** Host (and port) that the client asked for, "" when the binding does not tell. */
  readonly authority: string;
  /** Path and query of the request URL, beginning with "/"; "" on bindings without a URL (raw QUIC). */
  readonly path: string;
  /** The MoQ protocol that was agreed (such as "moq-lite-06"), "" when none was: the SETUP exchange decides then. */
  readonly protocol: string;
  /**
   * The peer may be farther away than its address says: the request came by way of a proxy, or from a web page, which any site
   * can have opened. Undefined is no.
   */
  readonly indirect?: boolean;
  /** The peer's certificate chain, DER, leaf first, verified against the configured authority; empty without one. */
  readonly peerCertificates: readonly Uint8Array[];
}

/** Counters of a connection, cumulative unless said. A binding that cannot know a value leaves it undefined. */
export interface ConnectionStats {
  /** Smoothed round trip, milliseconds. */
  readonly rtt?: number;
  /** Milliseconds since the last datagram (packet, message) of the peer was received. */
  readonly sinceReceived?: number;
  /** Estimated sending rate, bits per second. */
  readonly sendRate?: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly packetsLost?: number;
  /** Bytes that were written here and that the transport has not taken up yet. */
  readonly bytesQueued: number;
}

/** A connection to one peer: it makes and accepts streams. */
export interface Connection {
  readonly carrier: Carrier;
  readonly handle: Handle;
  readonly info: ConnectionInfo;
  /** The largest datagram that can be sent now, bytes; 0 when the binding or the peer has none. */
  readonly maxDatagramSize: number;
  /** Opens a one-way stream. It is usable at once: what the peer's limits do not allow yet waits, in priority order. */
  openUni(priority: number, events: SendEvents): SendStream;
  /** Opens a two-way stream that begins with `first`; `events` hears both directions. */
  openBidi(priority: number, events: BidiEvents, first?: Uint8Array): BidiStream;
  /** Sends one datagram, unreliably. False when it was dropped here (too large, no room, closed). */
  sendDatagram(bytes: Uint8Array): boolean;
  /**
   * Ends the connection and everything in it. What was written but not yet delivered may be lost. `code` is an
   * application code (< 2^32), `reason` at most 1,024 bytes of UTF-8. `onClosed` follows.
   */
  close(code: number, reason: string): void;
  stats(): ConnectionStats;
  /**
   * Makes the peer's transport answer every so many milliseconds, by threads that do not wait for the application; 0 ends it.
   * A peer of another kind may see empty datagrams. Missing where the binding cannot.
   */
  heartbeat?(interval: number): void;
  /**
   * The peer is known, and may have `count` two-way streams open at once in place of `maxBidiStreams`: never fewer than before,
   * and whatever other connections use. Missing where the binding cannot.
   */
  allowBidi?(count: number): void;
}

/** How a connection ended. */
export interface CloseInfo {
  /** The application's code, or 0 when there is none (timeout, transport error, silence). */
  readonly code: number;
  readonly reason: string;
  /** "local": we closed; "peer": the application there did; "lost": nobody said goodbye (timeout, reset, protocol error). */
  readonly by: "local" | "peer" | "lost";
}

/** What a connection tells its owner. */
export interface ConnectionEvents {
  /** The peer opened a one-way stream: return who hears its bytes. */
  onUni(stream: RecvStream): RecvEvents;
  /** The peer opened a two-way stream: return who hears both directions. What is sent on it begins at priority 0. */
  onBidi(stream: BidiStream): BidiEvents;
  onDatagram(bytes: Uint8Array): void;
  /** Last event of the connection. Its streams are gone and are not reported one by one. */
  onClosed(info: CloseInfo): void;
}

/** What the receiving direction of a stream tells. Exactly one of `onFin` and `onReset` ends it (or nothing, after `stop`). */
export interface RecvEvents {
  /**
   * The next bytes, in order, at least one. They belong to the receiver from now on and are never overwritten, but they
   * may be a view on a larger buffer: copy what is to be kept for long. Read them only: where the sender is in the same
   * process, all receivers of one write see the same bytes.
   */
  onData(bytes: Uint8Array): void;
  /** The peer finished the stream; all its bytes were delivered before. */
  onFin(): void;
  /** The peer abandoned the stream with this code; bytes that were on their way may be missing. Comes through a pause. */
  onReset(code: number): void;
}

/** What the sending direction of a stream tells. `stream` is the handle: one receiver may serve many streams. */
export interface SendEvents {
  /** The peer does not want more. The transport has already reset the stream. Last event of this direction. */
  onStopped(stream: Handle, code: number): void;
  /**
   * More than the high mark is queued. Once until `onDrained`, which always follows while the stream lasts: whoever sees a
   * longer queue after a write may wait for that, even if the queue comes down before this could be told.
   */
  onPressure(stream: Handle, queued: number): void;
  /** After pressure: no more than the low mark is queued. */
  onDrained(stream: Handle): void;
  /**
   * The hard cap on queued bytes, of this stream or of its connection, would have been passed by a write, or too many streams
   * wait for the peer's limit: the transport has reset the stream with code 5 (too far behind). Last event of this direction.
   */
  onOverflow(stream: Handle): void;
  /** Finished, and everything was acknowledged (or handed to a reliable binding). Last event of this direction. */
  onDelivered(stream: Handle): void;
}

/** Both directions of a two-way stream. */
export interface BidiEvents extends RecvEvents, SendEvents {}

/** The receiving direction of one stream. */
export interface RecvStream {
  readonly handle: Handle;
  /** No more of it: asks the peer to stop. No further receiving event. */
  stop(code: number): void;
  /** Stop delivering data until `resume`; flow control then holds the peer back. A reset still arrives. */
  pause(): void;
  resume(): void;
}

/** The sending direction of one stream; every call is a shorthand for the carrier's with one handle. */
export interface SendStream {
  readonly handle: Handle;
  /** Queues a copy of the bytes. */
  write(bytes: Uint8Array): void;
  /** No more bytes follow; what is queued is delivered first. */
  finish(): void;
  /**
   * Abandons the stream: queued bytes are dropped, and no event of this direction follows. Works after `finish` too, until
   * everything is acknowledged.
   */
  reset(code: number): void;
  setPriority(priority: number): void;
  /** Bytes queued here that the transport has not taken up yet. */
  readonly queued: number;
}

/** A two-way stream; its two directions end independently (half-close). */
export interface BidiStream {
  readonly send: SendStream;
  readonly recv: RecvStream;
}

/**
 * Vectored sending: one call, many streams of many connections. There is one carrier for each implementation in a process
 * (one QUIC engine, all WebSockets), and this is the path that media takes. All arrays are read during the call only.
 */
export interface Carrier {
  /**
   * Opens one one-way stream on each of `connections` and queues its header. `headers` holds all headers back to back:
   * that of connection i ends at `ends[i]`. Writes the new handles to `out`, 0 where a connection is gone.
   */
  openUni(
    connections: Uint32Array,
    headers: Uint8Array,
    ends: Uint32Array,
    priorities: Int32Array,
    events: SendEvents,
    out: Uint32Array,
  ): void;
  /** Queues one copy of the bytes, shared by all the streams. Unknown handles are passed over. */
  write(streams: Uint32Array, bytes: Uint8Array): void;
  finish(streams: Uint32Array): void;
  reset(streams: Uint32Array, code: number): void;
  setPriority(streams: Uint32Array, priorities: Int32Array): void;
  /**
   * Sends one datagram on each of `connections`: a header of its own, laid out as for `openUni`, and the body that all
   * share. What is too large for a connection, or has no room, is dropped as by `Connection.sendDatagram`. Returns how many
   * were taken. Missing where the binding has no such call.
   */
  sendDatagrams?(connections: Uint32Array, headers: Uint8Array, ends: Uint32Array, body: Uint8Array): number;
  /** Bytes queued on one stream, 0 for an unknown handle. */
  queued(stream: Handle): number;
}

/** Flow-control marks and caps of a carrier, bytes unless said. */
export interface CarrierLimits {
  /** `onPressure` above this many queued bytes of one stream. */
  readonly highMark: number;
  /** `onDrained` at or below this. */
  readonly lowMark: number;
  /** Hard cap of one stream's queue. */
  readonly maxStreamQueue: number;
  /** Hard cap of all queues of one connection; twice as much for streams at `CONTROL_PRIORITY`. */
  readonly maxConnectionQueue: number;
  /** Received and not yet delivered bytes of one connection, above which the transport stops reading from it. */
  readonly maxConnectionReceive: number;
  /**
   * The same of all connections together: above it only those read on that hold less than 64 KiB. For bindings that read by
   * threads of their own; the others hold nothing that was not delivered. By as much the windows of those who dialled us
   * may grow beyond what they begin with.
   */
  readonly maxReceive: number;
  /**
   * One-way streams of one connection that may wait for the peer's limit; with one more the least urgent, and of these the
   * oldest, ends as by the cap on its queue. For bindings that move media in bulk.
   */
  readonly maxWaitingStreams: number;
  /** Streams of each kind that the peer may have open at once; of two-way ones more after `Connection.allowBidi`. */
  readonly maxUniStreams: number;
  readonly maxBidiStreams: number;
}

/** Where nothing is configured. The relay's `limits.ts` overrides them. */
export const DEFAULT_CARRIER_LIMITS: CarrierLimits = {
  highMark: 1 << 20,
  lowMark: 64 << 10,
  maxStreamQueue: 4 << 20,
  maxConnectionQueue: 16 << 20,
  maxConnectionReceive: 4 << 20,
  maxReceive: 512 << 20,
  maxWaitingStreams: 4_096,
  maxUniStreams: 10_000,
  maxBidiStreams: 10_000,
};

/** A client at the door, before it is a connection: the application chooses its subprotocol or turns it away. */
export interface ConnectionRequest {
  /** As `ConnectionInfo`; `protocol` is not chosen yet and "". */
  readonly info: ConnectionInfo;
  /** The protocols that the client offers, its favourite first. On raw QUIC: the one that TLS agreed on. */
  readonly offers: readonly string[];
  /** Lets it in. `protocol` is one of `offers`, or "" for none. `onConnection` is called when the connection stands. */
  accept(protocol: string, onConnection: (connection: Connection) => ConnectionEvents): void;
  /** Turns it away with an HTTP status (on raw QUIC: closes with code 2, unauthorized). */
  reject(status: number): void;
}

/** A dial that has not ended yet. */
export interface Dialling {
  /** Gives up. No further event. */
  cancel(): void;
}

/** How a dial ends: exactly one of the two. */
export interface DialEvents {
  /** The connection stands: return who hears it. */
  onConnection(connection: Connection): ConnectionEvents;
  /** It could not be made. `reason` is for people; `status` is the HTTP status where the peer gave one. */
  onFailed(reason: string, status?: number): void;
}
