import { CLOSE_CODE } from "../../model/index.ts";
import type { RecvEvents } from "../../transport/index.ts";
import { decodeSetup, type Framer, type Setup, type Version } from "../../wire/index.ts";
import { type Begun, guarded } from "./incoming.ts";
import type { LiteSession } from "./lite-session.ts";

/** The peer's Setup stream (uni 1): one message, then nothing. moq-lite-05 and 06, Setup. */
export class SetupReceiver implements RecvEvents, Begun {
  readonly #session: LiteSession;
  readonly #framer: Framer;
  readonly #version: Version;
  readonly #done: (setup: Setup) => void;
  #read = false;

  constructor(session: LiteSession, framer: Framer, version: Version, done: (setup: Setup) => void) {
    this.#session = session;
    this.#framer = framer;
    this.#version = version;
    this.#done = done;
  }

  get awaits(): number | undefined {
    return this.#read ? undefined : 0;
  }

  onTimeout(): void {
    if (!this.#read) this.#session.close(CLOSE_CODE.timeout, "no setup in time");
  }

  proceed(): void {
    guarded(
      () => {
        const body = this.#read ? undefined : this.#framer.message();
        if (!body) return;
        this.#read = true;
        this.#done(decodeSetup(body, this.#version));
      },
      (error) => this.#session.violation(`setup: ${error.message}`),
    );
  }

  onData(bytes: Uint8Array): void {
    if (this.#read) return;
    this.#framer.push(bytes);
    this.proceed();
  }

  onFin(): void {
    if (!this.#read) this.#session.violation("setup: stream ended early");
  }

  onReset(): void {
    if (!this.#read) this.#session.violation("setup: stream reset");
  }
}
