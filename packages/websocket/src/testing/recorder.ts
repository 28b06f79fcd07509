import type {
  BidiEvents,
  BidiStream,
  CloseInfo,
  Connection,
  ConnectionEvents,
  RecvEvents,
  RecvStream,
} from "@moq-relay/protocol/transport";

/** Things that come, for tests that wait for them in order. */
export class Arrivals<T> {
  readonly #things: T[] = [];
  readonly #waiting: ((thing: T) => void)[] = [];

  add(thing: T): void {
    const next = this.#waiting.shift();
    if (next) next(thing);
    else this.#things.push(thing);
  }

  next(): Promise<T> {
    const thing = this.#things.shift();
    return thing === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(thing);
  }
}

/** Both directions of a stream, recorded. */
export class StreamRecord implements BidiEvents {
  readonly #chunks: Uint8Array[] = [];
  /** Resolves with all bytes at the end of the stream, or with the code of its reset. */
  readonly received: Promise<Buffer | number>;
  /** Resolves with the way in which the sending direction ended. */
  readonly sent: Promise<"delivered" | "overflow" | number>;
  /** Called with each chunk. */
  onChunk: (bytes: Uint8Array) => void = () => {};
  #resolveReceived!: (end: Buffer | number) => void;
  #resolveSent!: (end: "delivered" | "overflow" | number) => void;

  constructor() {
    this.received = new Promise((resolve) => {
      this.#resolveReceived = resolve;
    });
    this.sent = new Promise((resolve) => {
      this.#resolveSent = resolve;
    });
  }

  onData(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.onChunk(bytes);
  }
  onFin(): void {
    this.#resolveReceived(Buffer.concat(this.#chunks));
  }
  onReset(code: number): void {
    this.#resolveReceived(code);
  }
  onStopped(_stream: number, code: number): void {
    this.#resolveSent(code);
  }
  onPressure(): void {}
  onDrained(): void {}
  onOverflow(): void {
    this.#resolveSent("overflow");
  }
  onDelivered(): void {
    this.#resolveSent("delivered");
  }
}

/** One connection, recorded. */
export class Recorder implements ConnectionEvents {
  readonly connection: Connection;
  readonly unis: Arrivals<{ stream: RecvStream; record: StreamRecord }> = new Arrivals();
  readonly bidis: Arrivals<{ stream: BidiStream; record: StreamRecord }> = new Arrivals();
  readonly datagrams: Arrivals<Uint8Array> = new Arrivals();
  readonly closed: Promise<CloseInfo>;
  #resolveClosed!: (info: CloseInfo) => void;

  constructor(connection: Connection) {
    this.connection = connection;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  onUni(stream: RecvStream): RecvEvents {
    const record = new StreamRecord();
    this.unis.add({ stream, record });
    return record;
  }
  onBidi(stream: BidiStream): BidiEvents {
    const record = new StreamRecord();
    this.bidis.add({ stream, record });
    return record;
  }
  onDatagram(bytes: Uint8Array): void {
    this.datagrams.add(bytes);
  }
  onClosed(info: CloseInfo): void {
    this.#resolveClosed(info);
  }
}
