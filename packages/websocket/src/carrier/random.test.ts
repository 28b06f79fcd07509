import assert from "node:assert/strict";
import { test } from "node:test";
import type { BidiEvents, Connection, RecvStream, SendStream } from "@moq-relay/protocol/transport";
import { createWebSocketTransport, type WebSocketTransport } from "../index.ts";
import { dial, listen } from "../testing/listen.ts";
import type { Recorder } from "../testing/recorder.ts";
import type { WebSocketCarrier } from "./carrier.ts";

const STEPS = 4_000;

/** Small windows and few places, so that everything that can block does. */
const LIMITS = {
  highMark: 20_000,
  lowMark: 5_000,
  maxStreamQueue: 100_000,
  maxConnectionQueue: 500_000,
  maxConnectionReceive: 128 << 10,
  maxUniStreams: 12,
  maxBidiStreams: 12,
};

/** Byte `i` of the stream with this number; the number itself comes first. */
function byteAt(number: number, i: number): number {
  if (i < 4) return (number >> (8 * i)) & 0xff;
  return (number * 31 + i * 7 + (i >> 8)) & 0xff;
}

/** Both directions of a stream as the test sees them: what was sent, and whether what came is the same. */
class Checked implements BidiEvents {
  readonly number: number;
  send: SendStream | undefined;
  recv: RecvStream | undefined;
  written = 0;
  finished = false;
  over = false;
  readonly #all: Map<number, Checked>;
  #head: number[] = [];
  #received = 0;
  ended = false;

  constructor(number: number, all: Map<number, Checked>) {
    this.number = number;
    this.#all = all;
  }

  write(length: number): void {
    if (this.finished || this.over) return;
    this.send?.write(Uint8Array.from({ length }, (_, i) => byteAt(this.number, this.written + i)));
    this.written += length;
  }

  /** The number that the sender wrote at the beginning. */
  get #sender(): number {
    return this.#head.reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
  }

  onData(bytes: Uint8Array): void {
    assert.ok(!this.ended);
    for (const byte of bytes) {
      if (this.#received < 4) this.#head.push(byte);
      else assert.equal(byte, byteAt(this.#sender, this.#received));
      this.#received += 1;
    }
  }
  onFin(): void {
    assert.ok(!this.ended);
    this.ended = true;
    if (this.#received >= 4) assert.equal(this.#received, this.#all.get(this.#sender)?.written);
  }
  onReset(): void {
    assert.ok(!this.ended);
    this.ended = true;
  }
  onStopped(): void {
    this.#over();
  }
  onOverflow(): void {
    this.#over();
  }
  onDelivered(): void {
    assert.ok(this.finished);
    this.#over();
  }
  onPressure(_stream: number, queued: number): void {
    assert.ok(queued > LIMITS.highMark && queued <= LIMITS.maxStreamQueue);
  }
  onDrained(): void {}

  #over(): void {
    assert.ok(!this.over);
    this.over = true;
  }
}

/** One end that does anything at any time. */
class Player {
  readonly connection: Connection;
  readonly #random: (below: number) => number;
  readonly #all: Map<number, Checked>;
  readonly #streams: Checked[] = [];

  constructor(connection: Connection, all: Map<number, Checked>, random: (below: number) => number) {
    this.connection = connection;
    this.#all = all;
    this.#random = random;
  }

  create(): Checked {
    const stream = new Checked(this.#all.size + 1, this.#all);
    this.#all.set(stream.number, stream);
    this.#streams.push(stream);
    if (this.#streams.length > 40) this.#streams.shift();
    return stream;
  }

  play(): void {
    const stream = this.#streams[this.#random(this.#streams.length + 1)];
    const act = this.#random(12);
    if (stream === undefined || act < 2) this.#open();
    else if (act < 6) stream.write(1 + this.#random(30_000));
    else if (act === 6) stream.recv?.pause();
    else if (act === 7) stream.recv?.resume();
    else if (act === 8) stream.send?.setPriority(this.#random(5));
    else if (act === 9) this.finish(stream);
    else if (act === 10 && this.#random(3) === 0) this.#give(stream);
    else this.connection.sendDatagram(Uint8Array.of(1, 2, 3));
  }

  finish(stream: Checked): void {
    if (stream.send !== undefined) stream.finished = true;
    stream.send?.finish();
  }

  #open(): void {
    const stream = this.create();
    if (this.#random(2) === 0) {
      stream.send = this.connection.openUni(this.#random(5), stream);
    } else {
      const { send, recv } = this.connection.openBidi(this.#random(5), stream);
      stream.send = send;
      stream.recv = recv;
    }
    stream.write(4);
  }

  /** Ends one of the directions before its time. */
  #give(stream: Checked): void {
    if (this.#random(2) === 0) {
      stream.over = true;
      stream.send?.reset(this.#random(100));
    } else if (stream.recv !== undefined) {
      stream.ended = true;
      stream.recv.stop(this.#random(100));
    }
  }

  /** Ends everything in an orderly way. */
  settle(): void {
    for (const stream of this.#all.values()) {
      stream.recv?.resume();
      if (stream.send !== undefined && !stream.over && !stream.finished) this.finish(stream);
    }
  }
}

/** Makes the recorder's streams those of the player. */
function attach(recorder: Recorder, player: Player): void {
  Object.assign(recorder, {
    onUni(recv: RecvStream) {
      return Object.assign(player.create(), { recv });
    },
    onBidi({ send, recv }: { send: SendStream; recv: RecvStream }) {
      return Object.assign(player.create(), { send, recv });
    },
    onDatagram() {},
  });
}

function carrierOf(transport: WebSocketTransport): WebSocketCarrier {
  return transport.carrier as WebSocketCarrier;
}

for (const framing of ["qmux-02", "qmux-01", "qmux-00"]) {
  test(`${framing}: whatever both ends do, no byte is wrong and nothing is left behind (random)`, async (context) => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32));
    context.diagnostic(`SEED=${seed}`);
    let state = seed;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const listener = await listen({ limits: LIMITS });
    context.after(() => listener.close());
    const transport = createWebSocketTransport({ limits: LIMITS });
    const recorders = [
      await dial(transport, `ws://127.0.0.1:${listener.port}/`, [framing]),
      await listener.connections.next(),
    ];
    const all = new Map<number, Checked>();
    const players = recorders.map((recorder) => {
      const player = new Player(recorder.connection, all, random);
      attach(recorder, player);
      return player;
    });
    for (let step = 0; step < STEPS; step++) {
      players[random(2)]?.play();
      if (random(4) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const carriers = [carrierOf(transport), carrierOf(listener.transport)];
    // New streams arrive while others end, so everything is ended until nothing but the connections is left.
    for (let patience = 0; carriers.some((carrier) => carrier.handles.size > 1); patience++) {
      for (const player of players) player.settle();
      await new Promise((resolve) => setTimeout(resolve, 10));
      assert.ok(patience < 1_500, `SEED=${seed}: ${carriers.map((carrier) => carrier.handles.size)} handles are left`);
    }
    assert.ok(players.every(({ connection }) => connection.stats().bytesQueued === 0));
    transport.close(0, "");
    for (const recorder of recorders) await recorder.closed;
    assert.ok(carriers.every((carrier) => carrier.handles.size === 0 && carrier.connections.size === 0));
  });
}
