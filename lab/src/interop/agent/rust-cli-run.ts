import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { rustCli } from "../../clients/rust-cli.ts";
import { plainEnvironment } from "../../process/relay-kind.ts";
import type { Transport } from "../cell.ts";

/** Where a run of moq-cli dials, over what, and what it offers; `version` undefined: all that it speaks. */
export interface Dialled {
  readonly url: string;
  readonly transport: Transport;
  readonly version: string | undefined;
}

/** What moq-cli writes to its log when it has a session. */
const CONNECTED = /connected version=(\S+)/;
/** How a line of its log begins; what it says at its end is none. */
const LOGGED = /^\d{4}-\d\d-\d\dT/;
const LAST_WORDS = 20;

/** One run of moq-cli: each does one thing, in a session of its own, and ends. */
export class RustCliRun {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves with the version that was agreed on. */
  readonly connected: Promise<string>;
  /** Resolves when it has ended well; rejects with its last words when not. */
  readonly ended: Promise<void>;
  readonly #lines: string[] = [];

  /** @param broadcast below the path of the URL. */
  constructor(dialled: Dialled, broadcast: string, verb: readonly string[]) {
    const env = { ...plainEnvironment(), NO_COLOR: "1", RUST_BACKTRACE: "0" };
    this.child = spawn(rustCli(), [...dialFlags(dialled), "--broadcast", broadcast, ...verb], { env });
    // It has ended when somebody writes to it that it no longer reads, and `ended` says why.
    this.child.stdin.on("error", () => {});
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.connected = promise;
    createInterface({ input: this.child.stderr }).on("line", (line) => {
      this.#lines.push(line);
      if (this.#lines.length > LAST_WORDS) this.#lines.shift();
      const version = CONNECTED.exec(line)?.[1];
      if (version !== undefined) resolve(version);
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      this.child.once("close", (code, signal) => {
        if (code === 0) resolve();
        else reject(new Error(`moq-cli ended with ${code ?? signal}: ${this.#lastWords()}`));
      });
    });
    this.ended.then(() => reject(new Error("moq-cli ended before it had a session")), reject);
    this.connected.catch(() => {});
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }

  #lastWords(): string {
    const plain = this.#lines.filter((line) => !LOGGED.test(line)).map((line) => line.trim());
    return plain.filter((line) => line !== "" && line !== "Caused by:").join(": ") || (this.#lines.at(-1) ?? "");
  }
}

function dialFlags({ url, transport, version }: Dialled): string[] {
  const offer = version === undefined ? [] : ["--connect-version", version];
  const { host, pathname } = new URL(url);
  switch (transport) {
    case "WebTransport":
      // By http: it asks for the hash of the certificate, and dials WebTransport.
      return ["--connect", url, "--connect-websocket-enabled=false", "--connect-once", ...offer];
    case "WebSocket":
      return ["--connect", `ws://${host}${pathname}`, "--connect-once", ...offer];
    case "raw QUIC":
      return ["--connect", `moql://${host}`, "--connect-tls-insecure", "--connect-once", ...offer];
  }
}
