import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { freePort } from "./free-port.ts";

/** A port of 127.0.0.1 at which nobody answers, and which notes that somebody tried. */
export class SilentPort {
  readonly port: number;
  /** Connections over TCP and datagrams so far. */
  tries = 0;
  readonly #tcp = createServer((socket) => {
    this.tries += 1;
    socket.destroy();
  });
  readonly #udp = createSocket("udp4", () => {
    this.tries += 1;
  });

  private constructor(port: number) {
    this.port = port;
  }

  static async open(port?: number): Promise<SilentPort> {
    const silent = new SilentPort(port ?? (await freePort()));
    await new Promise<void>((resolve, reject) => {
      silent.#tcp.once("error", reject).listen(silent.port, "127.0.0.1", resolve);
    });
    await new Promise<void>((resolve, reject) => {
      silent.#udp.once("error", reject).bind(silent.port, "127.0.0.1", resolve);
    });
    return silent;
  }

  async close(): Promise<void> {
    await Promise.all([
      new Promise((resolve) => this.#tcp.close(resolve)),
      new Promise<void>((resolve) => this.#udp.close(resolve)),
    ]);
  }
}
