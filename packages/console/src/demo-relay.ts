import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

const BIN = resolve(import.meta.dirname, "../../relay/bin/moq-relay.mjs");

/** How long a relay may take to answer, milliseconds. */
const STARTING = 15_000;

/** A relay of the demo: a child process on loopback. */
export class DemoRelay {
  readonly name: string;
  readonly port: number;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
  readonly #child: ChildProcess;

  /**
   * @param name for people.
   * @param port of 127.0.0.1, UDP and TCP.
   * @param rootPort port of its root; absent: it is the root.
   */
  constructor(name: string, port: number, rootPort?: number) {
    this.name = name;
    this.port = port;
    this.#child = spawn(process.execPath, [BIN, ...flags(port, rootPort)], { stdio: ["ignore", 2, 2] });
    this.exited = new Promise((settle) => {
      this.#child.once("exit", (code, signal) => settle(code ?? signal ?? "unknown"));
      this.#child.once("error", (error) => settle(error.message));
    });
  }

  /** What browsers dial: over plain HTTP they learn the hash of the generated certificate. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /**
   * Waits until it answers.
   *
   * @throws when it ends, or does not answer within 15 seconds.
   */
  async ready(): Promise<void> {
    const ended = this.exited.then((how) => Promise.reject(new Error(`the ${this.name} ended (${how})`)));
    ended.catch(() => {});
    await Promise.race([this.#answers(), ended]);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.#child.kill(signal);
    await this.exited;
  }

  async #answers(): Promise<void> {
    for (const deadline = performance.now() + STARTING; performance.now() < deadline; ) {
      const response = await fetch(`${this.url}/certificate.sha256`).catch(() => undefined);
      if (response?.ok) return;
      await new Promise((elapsed) => setTimeout(elapsed, 50));
    }
    throw new Error(`the ${this.name} does not answer on ${this.url}`);
  }
}

function flags(port: number, rootPort: number | undefined): string[] {
  const address = `127.0.0.1:${port}`;
  const args = ["--listen", address, "--web-http-listen", address, "--listen-tls-generate", "localhost,127.0.0.1"];
  args.push("--auth-public", "", "--connect-tls-insecure", "--cluster-node", address, "--log-level", "warn");
  return rootPort === undefined ? args : [...args, "--cluster-root", `127.0.0.1:${rootPort}`];
}
