import type { RecvEvents } from "../../transport/index.ts";
import { decodeSetup, type Framer, type Setup, type Version } from "../../wire/index.ts";
import { guarded } from "./incoming.ts";

/** The peer's Setup stream (uni 1): one message, then nothing. moq-lite-05 and 06, Setup. */
export class SetupReceiver implements RecvEvents {
  readonly #framer: Framer;
  readonly #version: Version;
  readonly #done: (setup: Setup) => void;
  readonly #violation: (detail: string) => void;
  #read = false;

  constructor(framer: Framer, version: Version, done: (setup: Setup) => void, violation: (detail: string) => void) {
    this.#framer = framer;
    this.#version = version;
    this.#done = done;
    this.#violation = violation;
  }

  proceed(): void {
    guarded(
      () => {
        const body = this.#read ? undefined : this.#framer.message();
        if (!body) return;
        this.#read = true;
        this.#done(decodeSetup(body, this.#version));
      },
      (error) => this.#violation(`setup: ${error.message}`),
    );
  }

  onData(bytes: Uint8Array): void {
    if (this.#read) return;
    this.#framer.push(bytes);
    this.proceed();
  }

  onFin(): void {
    if (!this.#read) this.#violation("setup: stream ended early");
  }

  onReset(): void {
    if (!this.#read) this.#violation("setup: stream reset");
  }
}
