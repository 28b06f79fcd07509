import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** What to run. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Its whole environment; absent: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** The folder it runs in; absent: that of this process. */
  readonly cwd?: string;
  /** Whether `send` will be used; without it the program's standard input is empty. */
  readonly input?: boolean;
  /** Whether it has children of its own: they are signalled with it, as by a terminal, and its end is theirs, too. */
  readonly group?: boolean;
}

/** How many lines of a program's output are kept. */
const KEPT_LINES = 2000;

const running = new Set<Program>();
process.once("exit", () => {
  for (const program of running) program.kill("SIGKILL");
});

/** A child process whose output is kept and which does not outlive this one. */
export class Program {
  readonly name: string;
  /** What it wrote so far to either output, one entry a line, the oldest dropped. */
  readonly lines: string[] = [];
  /** Resolves, never rejects, with the exit code, or the signal that ended it. */
  readonly exited: Promise<number | string>;
  readonly #child: ChildProcess;
  readonly #group: boolean;
  readonly #listeners = new Set<(line: string) => void>();
  #ended = false;

  constructor(name: string, command: Command) {
    this.name = name;
    this.#group = command.group === true;
    this.#child = spawn(command.file, command.args, {
      env: command.env ?? process.env,
      cwd: command.cwd,
      detached: this.#group,
      stdio: [command.input === true ? "pipe" : "ignore", "pipe", "pipe"],
    });
    running.add(this);
    this.#readLines();
    this.exited = new Promise((resolve) => {
      this.#child.once("error", (error) => this.#end(error.message, resolve));
      // The outputs are closed when the last of a group is gone.
      this.#child.once(this.#group ? "close" : "exit", (code, signal) =>
        this.#end(code ?? signal ?? "unknown", resolve),
      );
    });
  }

  /** 0 when it could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Calls `listener` with every further line of output. Returns how to stop that. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes one line to its standard input. */
  send(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Closes its standard input. */
  end(): void {
    this.#child.stdin?.end();
  }

  kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (!this.#group || pid === undefined) this.#child.kill(signal);
    else if (!this.#ended) signalGroup(pid, signal);
  }

  /**
   * Asks it to end, and makes it end when it has not after `patience` milliseconds.
   *
   * @returns its exit code, or the signal that ended it.
   */
  async stop(signal: NodeJS.Signals = "SIGTERM", patience = 10_000): Promise<number | string> {
    if (this.#ended) return this.exited;
    this.kill(signal);
    const force = setTimeout(() => this.kill("SIGKILL"), patience);
    try {
      return await this.exited;
    } finally {
      clearTimeout(force);
    }
  }

  #readLines(): void {
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      if (output === null) continue;
      createInterface({ input: output }).on("line", (line) => {
        this.lines.push(line);
        if (this.lines.length > KEPT_LINES) this.lines.shift();
        for (const listener of this.#listeners) listener(line);
      });
    }
  }

  #end(how: number | string, resolve: (how: number | string) => void): void {
    this.#ended = true;
    running.delete(this);
    resolve(how);
  }
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch {
    // All of them are gone, and it is only not known here yet.
  }
}
