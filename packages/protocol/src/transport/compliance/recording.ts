import type {
  BidiEvents,
  BidiStream,
  CloseInfo,
  ConnectionEvents,
  Handle,
  RecvEvents,
  RecvStream,
  SendEvents,
} from "../transport.ts";
import { concat } from "./bytes.ts";
import type { Signal } from "./signal.ts";

/** What one connection's events have in common: after `onClosed` there are none. */
export class Life {
  closed: CloseInfo | undefined;
  readonly signal: Signal;

  constructor(signal: Signal) {
    this.signal = signal;
  }

  event(what: string): void {
    this.signal.event(what);
    if (this.closed !== undefined) this.signal.violation(`${what} came after onClosed`);
  }
}

/** The receiving direction of one stream, recorded. */
export class RecvRecord implements RecvEvents {
  readonly life: Life;
  readonly chunks: Uint8Array[] = [];
  /** Bytes received. */
  length = 0;
  fin = false;
  reset: number | undefined;
  /** Set by a test that has called `stop`: nothing may follow. */
  stopped = false;
  /** Run on every event, for tests that act from inside. */
  react: (() => void) | undefined;

  constructor(life: Life) {
    this.life = life;
  }

  get ended(): boolean {
    return this.fin || this.reset !== undefined;
  }

  /** Everything received, in one piece. */
  bytes(): Uint8Array {
    return concat(this.chunks);
  }

  /** The same, read as UTF-8. */
  text(): string {
    return new TextDecoder().decode(this.bytes());
  }

  onData(bytes: Uint8Array): void {
    this.#enter("onData");
    if (bytes.length === 0) this.life.signal.violation("onData came without a byte");
    this.chunks.push(bytes);
    this.length += bytes.length;
    this.#leave();
  }

  onFin(): void {
    this.#enter("onFin");
    this.fin = true;
    this.#leave();
  }

  onReset(code: number): void {
    this.#enter("onReset");
    this.reset = code;
    this.#leave();
  }

  #enter(what: string): void {
    this.life.event(what);
    if (this.ended) this.life.signal.violation(`${what} came after the end of its stream`);
    if (this.stopped) this.life.signal.violation(`${what} came after stop`);
  }

  #leave(): void {
    this.react?.();
    this.life.signal.notify();
  }
}

/** How the sending direction of a stream ended. */
export type SendEnd = { readonly by: "stopped"; readonly code: number } | { readonly by: "overflow" | "delivered" };

/** The sending direction of any number of streams, recorded. */
export class SendRecord implements SendEvents {
  readonly life: Life;
  /** How each stream ended. */
  readonly ends: Map<Handle, SendEnd> = new Map();
  /** Streams over their high mark now. */
  readonly pressed: Set<Handle> = new Set();
  /** Bytes queued at each `onPressure`. */
  readonly pressures: number[] = [];
  /** Times that `onDrained` came. */
  drained = 0;
  react: (() => void) | undefined;

  constructor(life: Life) {
    this.life = life;
  }

  end(stream: Handle): SendEnd | undefined {
    return this.ends.get(stream);
  }

  onStopped(stream: Handle, code: number): void {
    this.#end(stream, "onStopped", { by: "stopped", code });
  }

  onOverflow(stream: Handle): void {
    this.#end(stream, "onOverflow", { by: "overflow" });
  }

  onDelivered(stream: Handle): void {
    this.#end(stream, "onDelivered", { by: "delivered" });
  }

  onPressure(stream: Handle, queued: number): void {
    this.#enter(stream, "onPressure");
    if (this.pressed.has(stream)) this.life.signal.violation("onPressure came twice without onDrained");
    this.pressed.add(stream);
    this.pressures.push(queued);
    this.#leave();
  }

  onDrained(stream: Handle): void {
    this.#enter(stream, "onDrained");
    if (!this.pressed.delete(stream)) this.life.signal.violation("onDrained came without onPressure");
    this.drained += 1;
    this.#leave();
  }

  #end(stream: Handle, what: string, end: SendEnd): void {
    this.#enter(stream, what);
    this.ends.set(stream, end);
    this.#leave();
  }

  #enter(stream: Handle, what: string): void {
    this.life.event(what);
    if (stream === 0) this.life.signal.violation(`${what} named handle 0`);
    if (this.ends.has(stream)) this.life.signal.violation(`${what} came after the end of its stream`);
  }

  #leave(): void {
    this.react?.();
    this.life.signal.notify();
  }
}

/** Both directions of one two-way stream, recorded. */
export class BidiRecord implements BidiEvents {
  readonly recv: RecvRecord;
  readonly send: SendRecord;

  constructor(life: Life) {
    this.recv = new RecvRecord(life);
    this.send = new SendRecord(life);
  }

  onData(bytes: Uint8Array): void {
    this.recv.onData(bytes);
  }
  onFin(): void {
    this.recv.onFin();
  }
  onReset(code: number): void {
    this.recv.onReset(code);
  }
  onStopped(stream: Handle, code: number): void {
    this.send.onStopped(stream, code);
  }
  onPressure(stream: Handle, queued: number): void {
    this.send.onPressure(stream, queued);
  }
  onDrained(stream: Handle): void {
    this.send.onDrained(stream);
  }
  onOverflow(stream: Handle): void {
    this.send.onOverflow(stream);
  }
  onDelivered(stream: Handle): void {
    this.send.onDelivered(stream);
  }
}

/** A one-way stream that the peer opened. */
export interface AcceptedUni {
  readonly stream: RecvStream;
  readonly record: RecvRecord;
}

/** A two-way stream that the peer opened. */
export interface AcceptedBidi {
  readonly stream: BidiStream;
  readonly record: BidiRecord;
}

/** One end of a connection, recorded. */
export class ConnectionRecord implements ConnectionEvents {
  readonly life: Life;
  readonly unis: AcceptedUni[] = [];
  readonly bidis: AcceptedBidi[] = [];
  readonly datagrams: Uint8Array[] = [];
  /** Run when a stream arrives, before `onUni` or `onBidi` returns: to pause it at once, for instance. */
  whenUni: ((uni: AcceptedUni) => void) | undefined;
  whenBidi: ((bidi: AcceptedBidi) => void) | undefined;
  whenClosed: (() => void) | undefined;

  constructor(signal: Signal) {
    this.life = new Life(signal);
  }

  get closed(): CloseInfo | undefined {
    return this.life.closed;
  }

  onUni(stream: RecvStream): RecvEvents {
    this.life.event("onUni");
    const uni = { stream, record: new RecvRecord(this.life) };
    this.unis.push(uni);
    this.whenUni?.(uni);
    this.life.signal.notify();
    return uni.record;
  }

  onBidi(stream: BidiStream): BidiEvents {
    this.life.event("onBidi");
    const bidi = { stream, record: new BidiRecord(this.life) };
    this.bidis.push(bidi);
    this.whenBidi?.(bidi);
    this.life.signal.notify();
    return bidi.record;
  }

  onDatagram(bytes: Uint8Array): void {
    this.life.event("onDatagram");
    this.datagrams.push(bytes);
    this.life.signal.notify();
  }

  onClosed(info: CloseInfo): void {
    this.life.event("onClosed");
    this.life.closed = info;
    this.whenClosed?.();
    this.life.signal.notify();
  }
}
