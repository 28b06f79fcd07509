import type { BidiEvents, BidiStream } from "../../transport/index.ts";
import { decodeGoaway, type Framer, type Version } from "../../wire/index.ts";
import { type Progress, Request } from "./request.ts";

/** The peer says that it will go away (bidi 5). moq-lite-04 to 06, Goaway. */
export class GoawayReceiver extends Request implements BidiEvents {
  readonly #version: Version;
  readonly #said: (uri: string) => void;

  constructor(stream: BidiStream, framer: Framer, version: Version, said: (uri: string) => void) {
    super(stream, framer);
    this.#version = version;
    this.#said = said;
  }

  protected override read(framer: Framer): Progress {
    const body = framer.message();
    if (!body) return "short";
    this.#said(decodeGoaway(body, this.#version).uri);
    return "last";
  }

  protected override withdrawn(): void {
    this.stream.send.finish();
  }

  leave(): void {}
}
