import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Settings } from "../settings.ts";
import type { MessageWriter } from "./message-writer.ts";

/** The WebSocket status for a message of a type that is not taken (RFC 6455 §7.4.1). */
const UNSUPPORTED_DATA = 1003;

/** Messages of a client: masked, in one piece each. */
const BINARY = { binary: true, compress: false, fin: true } as const;

/**
 * The way out of one connection. It takes only as much as the socket can hold without piling up: what waits longer than
 * that waits in the streams' queues, where it can still be overtaken or given up.
 */
export class Outlet {
  readonly messages: MessageWriter;
  /** Called once after `wait`, when half of the socket's buffer is free. */
  onRoom: () => void = () => {};
  readonly #ws: WebSocket;
  readonly #socket: Duplex;
  readonly #masked: boolean;
  readonly #settings: Settings;
  #inFlight = 0;
  #waiting = false;
  #sent = 0;
  #paused = false;
  #closing = false;

  /** `masked`: this is the client's end. */
  constructor(ws: WebSocket, socket: Duplex, masked: boolean, messages: MessageWriter, settings: Settings) {
    this.#ws = ws;
    this.#socket = socket;
    this.#masked = masked;
    this.messages = messages;
    this.#settings = settings;
  }

  /** Bytes handed to the socket, cumulative. */
  get sent(): number {
    return this.#sent;
  }

  /** Bytes that may be handed over now; none at 0 or less. */
  get room(): number {
    return this.#settings.socketBuffer - this.#inFlight;
  }

  /** There was not enough room: asks for a call of `onRoom`. */
  wait(): void {
    this.#waiting = true;
  }

  /** True while reading is suspended. */
  get paused(): boolean {
    return this.#paused;
  }

  /** Sends all finished messages of `messages`. */
  send(): void {
    const parts = this.messages.take();
    const last = parts.length - 1;
    if (last < 0 || this.#closing || !this.#socket.writable) return;
    let total = 0;
    for (const part of parts) total += part.length;
    this.#inFlight += total;
    this.#sent += total;
    const done = () => this.#taken(total);
    if (last > 0) this.#socket.cork();
    for (let i = 0; i < last; i++) this.#write(parts[i]!);
    this.#write(parts[last]!, done);
    if (last > 0) this.#socket.uncork();
  }

  /** Pings with a time, which comes back in the answer. */
  ping(time: number): void {
    if (!this.#closing && this.#ws.readyState === this.#ws.OPEN)
      this.#ws.ping(new Uint8Array(Float64Array.of(time).buffer));
  }

  /** Suspends reading: the peer is held back by TCP. */
  pause(): void {
    this.#paused = true;
    this.#ws.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#ws.resume();
  }

  /** Says goodbye after what was sent; the socket is destroyed when the peer does not answer in time. */
  close(textMessage: boolean): void {
    if (this.#closing) return;
    this.#closing = true;
    if (this.#paused) this.resume();
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.close(textMessage ? UNSUPPORTED_DATA : 1000);
    const cancel = this.#settings.clock.schedule(this.#settings.closeTimeout, () => this.#ws.terminate());
    this.#ws.once("close", cancel);
  }

  /** Ends the socket at once. */
  terminate(): void {
    this.#closing = true;
    this.#ws.terminate();
  }

  #write(bytes: Uint8Array, done?: () => void): void {
    if (this.#masked) this.#ws.send(bytes, BINARY, done);
    else this.#socket.write(bytes, done);
  }

  #taken(total: number): void {
    this.#inFlight -= total;
    if (!this.#waiting || this.#closing || this.#inFlight > this.#settings.socketBuffer / 2) return;
    this.#waiting = false;
    this.onRoom();
  }
}
