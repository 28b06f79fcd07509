import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const BIN = resolve(import.meta.dirname, "../../relay/bin/moq-relay.mjs");

/** A line of the relay's log, as far as the demo cares. */
interface Line {
  readonly level?: string;
  readonly msg?: string;
}

/** A relay could not start because somebody has its port. */
export class PortTaken extends Error {
  override readonly name = "PortTaken";
}

/** A relay of the demo: a child process in development mode, which ends when this process does. */
export class DemoRelay {
  readonly name: string;
  readonly port: number;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;
  #complaint = "";

  /**
   * @param name for people.
   * @param port of 127.0.0.1, UDP and TCP.
   * @param rootPort port of its root; absent: it is the root.
   */
  constructor(name: string, port: number, rootPort?: number) {
    this.name = name;
    this.port = port;
    // The channel tells the relay when this process is gone, however it went.
    this.#child = spawn(process.execPath, [BIN, ...flags(port, rootPort)], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.exited = new Promise((settle) => {
      this.#child.once("close", (code, signal) => settle(code ?? signal ?? "unknown"));
      this.#child.once("error", (error) => settle(error.message));
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#complaint += text;
    });
    this.#ready = new Promise((settle) => {
      if (this.#child.stdout === null) return;
      createInterface({ input: this.#child.stdout }).on("line", (text) => {
        const { level, msg } = JSON.parse(text) as Line;
        // Its own word: somebody else's relay may answer at this address.
        if (msg === "ready") settle();
        else if (level === "warn" || level === "error") console.error(`${name}: ${msg}`);
      });
    });
  }

  /** What browsers dial: over plain HTTP they learn the hash of the generated certificate. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /**
   * Waits until it says that it is ready.
   *
   * @throws `PortTaken`, or what it said when it ended.
   */
  async ready(): Promise<void> {
    const ended = this.exited.then((how) => {
      if (/is in use/.test(this.#complaint)) throw new PortTaken(`port ${this.port} is taken`);
      throw new Error(this.#complaint.trim() || `the ${this.name} ended (${how})`);
    });
    ended.catch(() => {});
    await Promise.race([this.#ready, ended]);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.#child.kill(signal);
    await this.exited;
  }
}

function flags(port: number, rootPort: number | undefined): string[] {
  const own = ["--dev", String(port), "--log-format", "json"];
  return rootPort === undefined ? own : [...own, "--cluster-root", `127.0.0.1:${rootPort}`];
}
