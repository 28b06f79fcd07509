import { type Framing, hasRecords } from "../codec/framing.ts";
import type { Settings } from "../settings.ts";

/** What is to be done for a connection now. */
export type Beat = "nothing" | "ping" | "dead";

/** How much a new round trip counts in the smoothed one (RFC 9002 §5.3). */
const GAIN = 1 / 8;

/** When a connection was last heard of, and when it is time to ask. Times in milliseconds of the clock. */
export class KeepAlive {
  readonly #settings: Settings;
  readonly #framing: Framing;
  #idleTimeout: number;
  #lastReceived: number;
  #lastSent: number;
  #lastPing: number;
  #rtt: number | undefined;

  constructor(settings: Settings, framing: Framing) {
    const now = settings.clock.now();
    this.#settings = settings;
    this.#framing = framing;
    this.#idleTimeout = settings.idleTimeout;
    this.#lastReceived = now;
    this.#lastSent = now;
    this.#lastPing = now;
  }

  /** When the last ping was sent. */
  get lastPing(): number {
    return this.#lastPing;
  }

  /** Smoothed round trip, once one was measured. */
  get rtt(): number | undefined {
    return this.#rtt;
  }

  get sinceReceived(): number {
    return this.#settings.clock.now() - this.#lastReceived;
  }

  /** The peer gives up after `idleTimeout` ms, 0 for never; the shorter of both counts (RFC 9000 §10.1). */
  agree(idleTimeout: number): void {
    if (idleTimeout > 0) this.#idleTimeout = Math.min(this.#idleTimeout, idleTimeout);
  }

  received(): void {
    this.#lastReceived = this.#settings.clock.now();
  }

  sent(): void {
    this.#lastSent = this.#settings.clock.now();
  }

  /** The ping that was sent at `sentAt` is answered. Only the last one counts: a peer may send anything here. */
  answered(sentAt: number): void {
    if (sentAt !== this.#lastPing) return;
    const sample = this.#settings.clock.now() - sentAt;
    this.#rtt = this.#rtt === undefined ? sample : this.#rtt + (sample - this.#rtt) * GAIN;
  }

  /** The WebSocket: is it time for a ping, or too late? Nothing is heard while `paused`, so nothing is held against it. */
  beat(paused: boolean): Beat {
    const now = this.#settings.clock.now();
    if (paused) this.#lastReceived = now;
    if (now - this.#lastReceived > this.#idleTimeout) return "dead";
    if (now - this.#lastPing < this.#settings.pingInterval) return "nothing";
    this.#lastPing = now;
    return "ping";
  }

  /** True when QMux wants a ping of its own: nothing has left here for a third of the idle timeout. */
  get wantsFrame(): boolean {
    return hasRecords(this.#framing) && this.#settings.clock.now() - this.#lastSent > this.#idleTimeout / 3;
  }
}
