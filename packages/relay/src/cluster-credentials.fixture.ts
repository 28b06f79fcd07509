import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import type { TestCertificate } from "@moq-relay/quic/testing/certificates";

const BIN = fileURLToPath(new URL("../bin/moq-relay.mjs", import.meta.url));

/** A line of a relay's log. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A UDP port that is free now. */
export async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  return port;
}

/** A folder for the files of one test. */
export async function testFolder(context: TestContext): Promise<(name: string, text: string) => Promise<string>> {
  const folder = await mkdtemp(join(tmpdir(), "moq-relay-cluster-"));
  context.after(() => rm(folder, { recursive: true }));
  return async (name, text) => {
    const file = join(folder, name);
    await writeFile(file, text);
    return file;
  };
}

/** The flags for a certificate in files: as the relay that is dialled, and (`connect`) as the one that dials. */
export async function certificateFlags(
  write: (name: string, text: string) => Promise<string>,
  name: string,
  { cert, key }: TestCertificate,
  sides: readonly ("listen" | "connect")[],
): Promise<string[]> {
  const [certFile, keyFile] = [await write(`${name}.pem`, cert), await write(`${name}.key`, key)];
  return sides.flatMap((side) => [`--${side}-tls-cert`, certFile, `--${side}-tls-key`, keyFile]);
}

/** A relay in a process of its own, whose log can be waited for. */
export class RelayProcess {
  readonly lines: LogLine[] = [];
  readonly #child: ChildProcess;
  #wake = (): void => {};
  #ended = false;

  constructor(context: TestContext, flags: readonly string[]) {
    const args = [BIN, "--log-format", "json", "--log-level", "debug", "--backoff-initial", "20ms", ...flags];
    this.#child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    context.after(() => this.stop());
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface(stream).on("line", (line) => this.#read(line));
    }
    this.#child.on("exit", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** The first line with this message whose fields have these values; fails when the process ends before. */
  async heard(message: RegExp, fields: Readonly<Record<string, unknown>> = {}): Promise<LogLine> {
    for (;;) {
      const found = this.find(message, fields);
      if (found) return found;
      if (this.#ended) assert.fail(`it ended without "${message}": ${JSON.stringify(this.lines, undefined, 1)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  find(message: RegExp, fields: Readonly<Record<string, unknown>> = {}): LogLine | undefined {
    const wanted = Object.entries(fields);
    return this.lines.find((line) => message.test(line.msg) && wanted.every(([name, value]) => line[name] === value));
  }

  async stop(): Promise<void> {
    if (this.#ended) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  #read(line: string): void {
    try {
      this.lines.push(JSON.parse(line) as LogLine);
    } catch {
      this.lines.push({ level: "text", msg: line });
    }
    this.#wake();
  }
}
