import { decodeMessage } from "../../../../packages/websocket/src/codec/decode.ts";
import { encodeFrame } from "../../../../packages/websocket/src/codec/encode.ts";
import type { Frame } from "../../../../packages/websocket/src/codec/frame.ts";
import { FRAMINGS, type Framing } from "../../../../packages/websocket/src/codec/framing.ts";
import { bytesOf, VECTORS } from "../../../../packages/websocket/src/codec/vectors.ts";
import { VIOLATIONS, Violation } from "../../../../packages/websocket/src/codec/violation.ts";
import {
  chooseSubprotocol,
  parseSubprotocol,
  protocolsIn,
} from "../../../../packages/websocket/src/socket/subprotocol.ts";
import { must, same, type Target } from "../target.ts";

/** Frames, and the fields of which they are made. */
export const QMUX_WORDS: readonly Uint8Array[] = VECTORS.flatMap(({ hex }) => [
  bytesOf(hex),
  ...hex.split(" ").map(bytesOf),
]);

const MAX_INPUT = 4_096;

/** The messages of one framing: every frame that is read must read the same when it was written. */
class FramingTarget implements Target {
  readonly name: string;
  readonly maxInput = MAX_INPUT;
  readonly maxAllocated: number = 32 << 20;
  readonly weight = 1;
  readonly dictionary = QMUX_WORDS;
  readonly #framing: Framing;

  constructor(framing: Framing) {
    this.name = `websocket/${framing}`;
    this.#framing = framing;
  }

  seeds(): Uint8Array[] {
    const own = VECTORS.filter(({ framings }) => framings.includes(this.#framing));
    return own.map(({ hex }) => bytesOf(hex));
  }

  run(input: Uint8Array): string {
    let last = "";
    let bytes = 0;
    try {
      decodeMessage(this.#framing, input, (frame) => {
        last = frame.type;
        if (frame.type === "stream" || frame.type === "datagram") bytes += frame.data.length;
        this.#roundTrip(frame);
        return true;
      });
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      must(error.message in VIOLATIONS, error.message);
      return `${last} ${error.message}`;
    }
    must(bytes <= input.length, "more bytes came out than went in");
    return last;
  }

  #roundTrip(frame: Frame): void {
    if (frame.type === "blocked" || (frame.type === "reset" && frame.at)) return;
    // It cannot be written: what is absent is the default, and a connection refuses it.
    if (frame.type === "parameters" && frame.parameters.maxRecord === 0) return;
    const written = encodeFrame(this.#framing, frame);
    let seen = 0;
    decodeMessage(this.#framing, written, (again) => {
      seen += 1;
      must(again.type === frame.type, `a ${frame.type} frame reads as ${again.type}`);
      // The size of a datagram is that of the frame as it came, which may have been written at greater length.
      if (again.type !== "datagram") must(same(encodeFrame(this.#framing, again), written), `${frame.type} differs`);
      return true;
    });
    must(seen === 1, `a ${frame.type} frame reads as ${seen}`);
  }
}

const UTF8 = new TextDecoder();

/** The list of subprotocols that a client offers. */
const subprotocols: Target = {
  name: "websocket/subprotocol",
  maxInput: 1_000,
  maxAllocated: 16 << 20,
  weight: 0.5,
  dictionary: ["qmux-02", "qmux-01.", "webtransport", "webtransport.moql", "moq-lite-06", ".", ",", "moqt-18"].map(
    (word) => new TextEncoder().encode(word),
  ),
  seeds: () => ["qmux-02.moq-lite-06,webtransport", "moq-lite-04"].map((list) => new TextEncoder().encode(list)),
  run: (input) => {
    const offers = UTF8.decode(input).split(",");
    const protocols = protocolsIn(offers);
    for (const protocol of ["", ...protocols]) {
      const choice = chooseSubprotocol(offers, protocol);
      // Who offers a protocol can be answered, in a subprotocol of its own list.
      must(choice !== undefined || protocol === "", `${protocol} was offered and cannot be chosen`);
      if (choice?.subprotocol === undefined) continue;
      must(offers.includes(choice.subprotocol), `${choice.subprotocol} was never offered`);
      must(parseSubprotocol(choice.subprotocol).protocol === protocol, `${choice.subprotocol} is not ${protocol}`);
    }
    return `${Math.min(9, protocols.length)}`;
  },
};

/** What comes in WebSocket messages, in every framing. */
export const QMUX_TARGETS: readonly Target[] = [...FRAMINGS.map((framing) => new FramingTarget(framing)), subprotocols];
