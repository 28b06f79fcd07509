import type {
  BidiEvents,
  BidiStream,
  Connection,
  ConnectionEvents,
  RecvEvents,
  RecvStream,
} from "@moq-relay/protocol/transport";
import { WebSocketCarrier } from "../../../../packages/websocket/src/carrier/carrier.ts";
import { encodeFrame } from "../../../../packages/websocket/src/codec/encode.ts";
import type { Frame } from "../../../../packages/websocket/src/codec/frame.ts";
import { FRAMINGS, type Framing } from "../../../../packages/websocket/src/codec/framing.ts";
import { WebSocketConnection } from "../../../../packages/websocket/src/connection/connection.ts";
import { settingsOf } from "../../../../packages/websocket/src/settings.ts";
import { Outlet } from "../../../../packages/websocket/src/socket/outlet.ts";
import { ServerMessages } from "../../../../packages/websocket/src/socket/server-messages.ts";
import { QmuxClock } from "../qmux-clock.ts";
import { Entropy } from "../session/entropy.ts";
import { must, type Target } from "../target.ts";
import { QMUX_WORDS } from "./qmux.ts";

const LIMITS = {
  highMark: 4_000,
  lowMark: 1_000,
  maxStreamQueue: 8_000,
  maxConnectionQueue: 32_000,
  maxConnectionReceive: 16_000,
  maxUniStreams: 6,
  maxBidiStreams: 6,
};

/** An application that answers a little, reads not always, and gives streams up now and then. */
class Application implements ConnectionEvents {
  readonly connection: Connection;
  readonly #entropy: Entropy;
  readonly #recvs: RecvStream[] = [];
  readonly #bidis: BidiStream[] = [];
  /** Times that it was told of the end. */
  closed = 0;

  constructor(connection: Connection, entropy: Entropy) {
    this.connection = connection;
    this.#entropy = entropy;
  }

  onUni(stream: RecvStream): RecvEvents {
    this.#recvs.push(stream);
    return this.#events();
  }

  onBidi(stream: BidiStream): BidiEvents {
    this.#bidis.push(stream);
    return this.#events();
  }

  onDatagram(bytes: Uint8Array): void {
    must(bytes.length <= 1_200, `a datagram of ${bytes.length} bytes`);
  }

  onClosed(): void {
    this.closed += 1;
  }

  /** Does something of its own. */
  act(): void {
    const entropy = this.#entropy;
    const recv = this.#recvs[entropy.below(this.#recvs.length || 1)];
    const bidi = this.#bidis[entropy.below(this.#bidis.length || 1)];
    const acts: readonly (() => void)[] = [
      () => recv?.pause(),
      () => recv?.resume(),
      () => recv?.stop(entropy.number() % 2 ** 31),
      () => bidi?.send.write(new Uint8Array(entropy.byte() * 10)),
      () => bidi?.send.finish(),
      () => bidi?.send.reset(entropy.number() % 2 ** 31),
      () => bidi?.recv.pause(),
      () => bidi?.recv.resume(),
      () => this.connection.openUni(entropy.below(3), this.#events()).write(new Uint8Array(entropy.byte() * 20)),
      () => this.#bidis.push(this.connection.openBidi(entropy.below(3), this.#events())),
      () => this.connection.sendDatagram(new Uint8Array(entropy.byte())),
    ];
    entropy.pick(acts)();
  }

  #events(): BidiEvents {
    let over = false;
    const end = (): void => {
      must(!over, "a direction ended twice");
      over = true;
    };
    return {
      onData: () => must(!over, "bytes after the end"),
      onFin: end,
      onReset: end,
      onStopped: () => {},
      onDelivered: () => {},
      onOverflow: () => {},
      onPressure: () => {},
      onDrained: () => {},
    };
  }
}

/** The rest of a WebSocket: takes bytes, now and then late, and can be closed. */
class Sink {
  readonly OPEN = 1;
  readyState = 1;
  writable = true;
  sent = 0;
  readonly #onClose: (() => void)[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Keeps the callbacks of writes until `drain`. */
  slow = false;

  once(_: string, run: () => void): void {
    this.#onClose.push(run);
  }
  ping(): void {}
  pause(): void {}
  resume(): void {}
  cork(): void {}
  uncork(): void {}
  close(): void {
    this.readyState = 2;
  }
  terminate(): void {
    this.readyState = 3;
    this.writable = false;
    for (const run of this.#onClose.splice(0)) run();
  }
  write(bytes: Uint8Array, done?: () => void): void {
    this.sent += bytes.length;
    if (done !== undefined) this.#waiting.push(done);
    if (!this.slow) this.drain();
  }
  drain(): void {
    for (const done of this.#waiting.splice(0)) done();
  }
}

/** A whole connection of one framing, to which a hostile peer sends messages. The input is the story. */
class ConnectionTarget implements Target {
  readonly name: string;
  readonly maxInput = 600;
  readonly maxAllocated: number = 64 << 20;
  readonly chunk = 16;
  readonly weight = 1;
  readonly dictionary = QMUX_WORDS;
  readonly #framing: Framing;

  constructor(framing: Framing) {
    this.name = `websocket/connection/${framing}`;
    this.#framing = framing;
  }

  seeds(): Uint8Array[] {
    return [40, 120, 400].map((length) => Uint8Array.from({ length }, (_, i) => (i * 37 + (i >> 3) * 11) & 0xff));
  }

  run(input: Uint8Array): string {
    const entropy = new Entropy(input);
    const clock = new QmuxClock();
    const settings = settingsOf({ limits: LIMITS, clock, maxHandles: 64, maxDatagramQueue: 4 });
    const carrier = new WebSocketCarrier(settings);
    const sink = new Sink();
    const outlet = new Outlet(sink as never, sink as never, false, new ServerMessages(), settings);
    let application: Application | undefined;
    let failed = 0;
    const connection = new WebSocketConnection(carrier, {
      outlet,
      info: { binding: "websocket", dialled: false, protocol: "", path: "/", remote: "test", authority: "" } as never,
      framing: this.#framing,
      opening: {
        onConnection: (opened) => (application = new Application(opened, entropy)),
        onFailed: () => (failed += 1),
      },
    });
    if (this.#framing !== "legacy" && !entropy.seldom(8)) connection.receive(this.#parameters(entropy), true);
    while (!entropy.done) {
      this.#step(connection, sink, clock, entropy, application);
      must(carrier.handles.size <= 64, "too many handles");
      const { bytesQueued } = connection.stats();
      must(bytesQueued <= LIMITS.maxConnectionQueue, `${bytesQueued} bytes queued`);
    }
    if (input.length % 2 === 0) connection.close(0, "");
    else connection.lost("gone");
    sink.drain();
    clock.pass(60_000);
    sink.terminate();
    clock.pass(1_000);
    must(carrier.handles.size === 0, `${carrier.handles.size} handles are left`);
    must(carrier.connections.size === 0, "the connection is left");
    must(clock.pending === 0, `${clock.pending} timers are left`);
    const ends = (application as Application | undefined)?.closed ?? failed;
    must(ends === 1, `the end was told ${ends} times`);
    return `${application !== undefined} ${Math.min(20, Math.log2(sink.sent + 1) | 0)}`;
  }

  #step(
    connection: WebSocketConnection,
    sink: Sink,
    clock: QmuxClock,
    entropy: Entropy,
    application?: Application,
  ): void {
    const what = entropy.below(16);
    if (what < 9) connection.receive(this.#message(entropy), true);
    else if (what < 12) application?.act();
    else if (what === 12) clock.pass(entropy.byte() * 20);
    else if (what === 13) sink.slow = !sink.slow;
    else if (what === 14) sink.drain();
    else connection.receive(entropy.bytes(entropy.below(40)), !entropy.seldom(16));
    if (!entropy.seldom(3)) clock.turn();
  }

  /** A frame with values that need not make sense, or several in one message. */
  #message(entropy: Entropy): Uint8Array {
    const frames = Array.from({ length: 1 + (entropy.seldom(4) ? entropy.below(4) : 0) }, () => this.#frame(entropy));
    const encoded = frames.map((frame) => this.#encoded(frame));
    const bytes = new Uint8Array(Buffer.concat(encoded));
    if (entropy.seldom(6) && bytes.length > 0) bytes[entropy.byte() % bytes.length] = entropy.byte();
    return bytes;
  }

  #frame(entropy: Entropy): Frame {
    const id = entropy.seldom(5) ? entropy.number() : entropy.below(24);
    const data = new Uint8Array(entropy.seldom(6) ? entropy.byte() * 60 : entropy.below(20));
    const max = entropy.number();
    const code = entropy.number();
    const offset = entropy.seldom(3) ? entropy.number() : 0;
    const frames: readonly Frame[] = [
      { type: "stream", id, offset, data, fin: entropy.seldom(4) },
      { type: "stream", id, offset: 0, data, fin: false },
      { type: "reset", id, code, finalSize: max, at: false },
      { type: "stop", id, code },
      { type: "max-data", max },
      { type: "max-stream-data", id, max },
      { type: "max-streams", kind: entropy.seldom(2) ? "uni" : "bidi", max },
      { type: "ping", response: entropy.seldom(3), sequence: BigInt(max) },
      { type: "datagram", data, size: 0 },
      { type: "stream", id, offset: 0, data: new Uint8Array(), fin: true },
      entropy.seldom(8) ? { type: "close", byApplication: true, code, reason: "bye" } : { type: "max-data", max },
    ];
    return entropy.pick(frames);
  }

  #encoded(frame: Frame): Uint8Array {
    try {
      return encodeFrame(this.#framing, frame);
    } catch (error) {
      // The legacy framing has not all of them.
      if (error instanceof TypeError) return new Uint8Array();
      throw error;
    }
  }

  #parameters(entropy: Entropy): Uint8Array {
    const some = () => (entropy.seldom(4) ? entropy.number() : entropy.byte() * 100);
    return encodeFrame(this.#framing, {
      type: "parameters",
      parameters: {
        idleTimeout: some(),
        maxData: some(),
        maxStreamDataBidiLocal: some(),
        maxStreamDataBidiRemote: some(),
        maxStreamDataUni: some(),
        maxStreamsBidi: entropy.below(10),
        maxStreamsUni: entropy.below(10),
        maxDatagramFrame: some(),
        maxRecord: 16_382,
        resetStreamAt: false,
      },
    });
  }
}

/** One target for each framing. */
export const CONNECTION_TARGETS: readonly Target[] = FRAMINGS.map((framing) => new ConnectionTarget(framing));
