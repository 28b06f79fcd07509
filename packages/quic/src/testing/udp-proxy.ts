import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";

/** What a slow link's queue holds before it drops packets, bytes. */
const LINK_QUEUE = 64 << 10;

/** Carries packets between clients on loopback and one server; can be slow or silent. */
export class UdpProxy {
  readonly #front = createSocket("udp4");
  readonly #backs = new Map<string, Socket>();
  #target: number;
  #silent = false;
  #rate: number | undefined;
  /** When the link has sent what is in its queue, milliseconds. */
  #busyUntil = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#front.on("message", (packet, from) => this.#forward(packet, from));
  }

  static async to(port: number): Promise<UdpProxy> {
    const proxy = new UdpProxy(port);
    proxy.#front.bind(0, "127.0.0.1");
    await once(proxy.#front, "listening");
    return proxy;
  }

  get port(): number {
    return this.#front.address().port;
  }

  /** Bytes per second from clients to the server. */
  throttle(rate: number | undefined): void {
    this.#rate = rate;
    this.#busyUntil = 0;
  }

  /** Another server is where the first was. */
  turnTo(port: number): void {
    this.#target = port;
  }

  /** Nothing passes any more. */
  silence(): void {
    this.#silent = true;
  }

  close(): void {
    this.#silent = true;
    this.#front.close();
    for (const back of this.#backs.values()) back.close();
  }

  #forward(packet: Buffer, from: RemoteInfo): void {
    if (this.#silent) return;
    const back = this.#back(from);
    if (this.#rate === undefined) {
      back.send(packet, this.#target, "127.0.0.1");
      return;
    }
    const now = performance.now();
    const start = Math.max(now, this.#busyUntil);
    if (((start - now) / 1000) * this.#rate > LINK_QUEUE) return;
    this.#busyUntil = start + (packet.length / this.#rate) * 1000;
    setTimeout(() => {
      if (!this.#silent) back.send(packet, this.#target, "127.0.0.1");
    }, start - now);
  }

  #back(from: RemoteInfo): Socket {
    const key = `${from.address}:${from.port}`;
    let back = this.#backs.get(key);
    if (back === undefined) {
      back = createSocket("udp4");
      back.on("message", (packet) => {
        if (!this.#silent) this.#front.send(packet, from.port, from.address);
      });
      this.#backs.set(key, back);
    }
    return back;
  }
}
