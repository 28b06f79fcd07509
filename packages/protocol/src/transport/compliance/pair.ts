import assert from "node:assert/strict";
import {
  type BidiStream,
  type CarrierLimits,
  type Connection,
  type ConnectionRequest,
  DEFAULT_CARRIER_LIMITS,
  type SendStream,
} from "../transport.ts";
import type { Endpoints, Harness } from "./harness.ts";
import { BidiRecord, ConnectionRecord, SendRecord } from "./recording.ts";
import { Signal } from "./signal.ts";

/** One end of a connection and what it has seen. */
export class Side {
  readonly connection: Connection;
  readonly record: ConnectionRecord;

  constructor(connection: Connection, record: ConnectionRecord) {
    this.connection = connection;
    this.record = record;
  }

  /** Opens a one-way stream and records it. */
  uni(priority = 0): { stream: SendStream; record: SendRecord } {
    const record = new SendRecord(this.record.life);
    return { stream: this.connection.openUni(priority, record), record };
  }

  /** Opens a two-way stream and records it. */
  bidi(priority = 0): { stream: BidiStream; record: BidiRecord } {
    const record = new BidiRecord(this.record.life);
    return { stream: this.connection.openBidi(priority, record), record };
  }
}

/** Both ends of one connection. */
export interface Pair {
  readonly client: Side;
  readonly server: Side;
}

/** A listener, a dialler, and the connections that a case makes between them. */
export class Stage {
  readonly harness: Harness;
  readonly endpoints: Endpoints;
  readonly signal: Signal;
  /** Set by cases about the door itself; otherwise everybody is let in. */
  onRequest: ((request: ConnectionRequest) => void) | undefined;
  /** Run when a connection stands, before `onConnection` returns, at either end. */
  whenConnected: ((side: Side) => void) | undefined;
  readonly #arrived: Side[] = [];
  /** Marks given out by `settle`. */
  #settled = 0;

  private constructor(harness: Harness, endpoints: Endpoints, signal: Signal) {
    this.harness = harness;
    this.endpoints = endpoints;
    this.signal = signal;
  }

  static async open(harness: Harness, limits: Partial<CarrierLimits>): Promise<Stage> {
    let stage: Stage | undefined;
    const endpoints = await harness.open({
      limits: { ...DEFAULT_CARRIER_LIMITS, ...limits },
      onRequest: (request) => stage?.request(request),
    });
    stage = new Stage(harness, endpoints, new Signal());
    return stage;
  }

  until(condition: () => boolean, what: string): Promise<void> {
    return this.signal.until(condition, what);
  }

  /** Lets a client in, with its favourite protocol. */
  admit(request: ConnectionRequest, protocol: string = request.offers[0] ?? ""): void {
    request.accept(protocol, (connection) => {
      const side = new Side(connection, new ConnectionRecord(this.signal));
      this.#arrived.push(side);
      this.whenConnected?.(side);
      this.signal.notify();
      return side.record;
    });
  }

  request(request: ConnectionRequest): void {
    if (this.onRequest) this.onRequest(request);
    else this.admit(request);
  }

  /** Connections that the server has and no `pair` has taken. */
  get arrived(): readonly Side[] {
    return this.#arrived;
  }

  /** Makes one more connection; the cases make them one after the other. */
  async pair(path = "/"): Promise<Pair> {
    const before = this.#arrived.length;
    let client: Side | undefined;
    let failed: string | undefined;
    this.endpoints.dial(
      { path, protocols: this.harness.protocols },
      {
        onConnection: (connection) => {
          client = new Side(connection, new ConnectionRecord(this.signal));
          this.whenConnected?.(client);
          this.signal.notify();
          return client.record;
        },
        onFailed: (reason) => {
          failed = reason;
          this.signal.notify();
        },
      },
    );
    // Others may come to the door at the same time; where there are paths, they tell.
    const { http } = this.harness.capabilities;
    const find = () => this.#arrived.slice(before).find(({ connection }) => !http || connection.info.path === path);
    await this.until(
      () => failed !== undefined || (client !== undefined && find() !== undefined),
      "a connection on both sides",
    );
    assert.equal(failed, undefined, "the dial failed");
    const server = find();
    assert.ok(client && server);
    return { client, server };
  }

  /**
   * A round trip on fresh two-way streams, three times: what was under way before has arrived by then, so a case can say
   * that something did not happen without sleeping.
   */
  async settle(pair: Pair): Promise<void> {
    for (let round = 0; round < 3; round++) {
      const mark = `settle ${this.#settled++}`;
      const { bidis } = pair.server.record;
      const seen = bidis.length;
      const there = pair.client.bidi();
      there.stream.send.write(new TextEncoder().encode(mark));
      there.stream.send.finish();
      // Other streams may arrive at the same time.
      const find = () => bidis.slice(seen).find(({ record }) => record.recv.fin && record.recv.text() === mark);
      await this.until(() => find() !== undefined, "the way there");
      const back = find();
      back?.stream.send.write(Uint8Array.of(round));
      back?.stream.send.finish();
      await this.until(() => there.record.recv.fin, "the way back");
    }
  }
}

/** Runs `body` with a fresh stage, takes it down after, and fails if a rule of the interface was broken meanwhile. */
export async function onStage(
  harness: Harness,
  limits: Partial<CarrierLimits>,
  body: (stage: Stage) => Promise<void>,
): Promise<void> {
  const stage = await Stage.open(harness, limits);
  try {
    await body(stage);
  } finally {
    await stage.endpoints.close();
  }
  assert.deepEqual(stage.signal.violations, []);
}

/** `onStage` with one connection made. */
export function withPair(
  harness: Harness,
  limits: Partial<CarrierLimits>,
  body: (pair: Pair, stage: Stage) => Promise<void>,
): Promise<void> {
  return onStage(harness, limits, async (stage) => body(await stage.pair(), stage));
}
