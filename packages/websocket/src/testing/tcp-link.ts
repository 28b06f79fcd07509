import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** How often a slow link lets bytes through, milliseconds. */
const TICK = 5;

/** A stretch of network between a client and a server on loopback, which can be made slow or dead. */
export class TcpLink {
  readonly #server: Server;
  readonly #port: number;
  readonly #up = new Set<Socket>();
  readonly #all = new Set<Socket>();
  #rate: number | undefined;
  /** Bytes that may pass before the next tick. */
  #budget = 0;
  #silent = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.#server = createServer((client) => this.#join(client));
  }

  /** A link to a port of this machine. */
  static async to(port: number): Promise<TcpLink> {
    const link = new TcpLink(port);
    await new Promise<void>((resolve) => link.#server.listen(0, "127.0.0.1", resolve));
    return link;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on the way to the server carries this many bytes per second; undefined: all there are. */
  throttle(bytesPerSecond: number | undefined): void {
    clearInterval(this.#timer);
    this.#rate = bytesPerSecond;
    this.#budget = 0;
    if (bytesPerSecond !== undefined) this.#timer = setInterval(() => this.#refill(bytesPerSecond), TICK);
    for (const socket of this.#up) socket.resume();
  }

  /** Nothing passes any more, in either direction, and nobody is told. */
  silence(): void {
    this.#silent = true;
    for (const socket of this.#all) socket.pause();
  }

  /** Ends all connections without ceremony, but no longer accepts others. */
  close(): Promise<void> {
    clearInterval(this.#timer);
    for (const socket of this.#all) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #refill(rate: number): void {
    this.#budget = Math.min(this.#budget + (rate * TICK) / 1_000, (rate * TICK) / 100);
    if (this.#budget > 0 && !this.#silent) for (const socket of this.#up) socket.resume();
  }

  #join(client: Socket): void {
    const server = connect({ port: this.#port, host: "127.0.0.1" });
    this.#up.add(client);
    this.#pipe(client, server, true);
    this.#pipe(server, client, false);
  }

  #pipe(from: Socket, to: Socket, counted: boolean): void {
    this.#all.add(from);
    from.setNoDelay();
    from.on("data", (bytes) => {
      to.write(bytes);
      if (!counted || this.#rate === undefined) return;
      this.#budget -= bytes.length;
      if (this.#budget <= 0) from.pause();
    });
    from.on("error", () => {});
    from.on("end", () => to.end());
    from.on("close", () => {
      this.#all.delete(from);
      this.#up.delete(from);
      if (!this.#silent) to.destroy();
    });
  }
}
