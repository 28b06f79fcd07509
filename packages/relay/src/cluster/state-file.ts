import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import type { ClusterLog } from "./options.ts";
import type { MemberStore } from "./remembered.ts";

/**
 * A small file that outlives the process. It is replaced as a whole, so that whoever reads it finds either what was written
 * last or what was there before. A file that cannot be read or written is said once, and is no reason to stop.
 */
export class StateFile implements MemberStore {
  readonly #path: string;
  readonly #log: ClusterLog;
  #writing: Promise<void> | undefined;
  /** What is to be written when the write under way is over. */
  #next: string | undefined;
  #failing = false;

  constructor(path: string, log: ClusterLog) {
    this.#path = path;
    this.#log = log;
  }

  read(): string | undefined {
    try {
      return readFileSync(this.#path, "utf8");
    } catch (error) {
      // At the first start there is none.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") this.#warn("the state file cannot be read", error);
      return undefined;
    }
  }

  write(text: string): void {
    if (this.#writing !== undefined) this.#next = text;
    else this.#writing = this.#replace(text);
  }

  /** Resolves when all is written. */
  async written(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #replace(text: string): Promise<void> {
    try {
      const fresh = `${this.#path}.new`;
      await writeFile(fresh, text, { mode: 0o600 });
      await rename(fresh, this.#path);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#warn("the state file cannot be written", error);
      this.#failing = true;
    }
    const next = this.#next;
    this.#next = undefined;
    this.#writing = next === undefined ? undefined : this.#replace(next);
  }

  #warn(message: string, error: unknown): void {
    this.#log.warn(message, { path: this.#path, reason: error instanceof Error ? error.message : String(error) });
  }
}
