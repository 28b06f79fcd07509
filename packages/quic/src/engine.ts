import { type CarrierLimits, DEFAULT_CARRIER_LIMITS } from "@moq-relay/protocol/transport";
import { QuicCarrier } from "./carrier.ts";
import { Dispatcher } from "./dispatcher.ts";
import { KeepAlive } from "./keep-alive.ts";
import { createNativeEngine, type NativeCensus, type NativeEngine, type NativeLoad } from "./native.ts";
import { in32Bits } from "./options.ts";

/** Settings of an engine. */
export interface EngineOptions {
  /** Marks and caps of its connections. Default `DEFAULT_CARRIER_LIMITS`. */
  readonly limits?: Partial<CarrierLimits>;
  /** Native threads that encrypt and send. Default 1, which serves about a gigabit per second. */
  readonly threads?: number;
}

/**
 * A native runtime with its sockets, connections and streams. A process may have several. It keeps the process alive
 * while it listens, dials or has a connection.
 */
export class Engine {
  readonly native: NativeEngine;
  readonly carrier: QuicCarrier;
  readonly dispatcher: Dispatcher;
  readonly limits: CarrierLimits;
  #closed = false;

  /** Throws when there is no native addon; `isAvailable` tells before. */
  constructor(options: EngineOptions = {}) {
    this.limits = { ...DEFAULT_CARRIER_LIMITS, ...options.limits };
    this.native = createNativeEngine(in32Bits({ threads: options.threads ?? 1, ...this.limits }), () =>
      this.dispatcher.wake(),
    );
    this.carrier = new QuicCarrier(this.native);
    this.dispatcher = new Dispatcher(this.native, this.carrier, new KeepAlive());
  }

  /** How much is alive natively; for tests and metrics. */
  get census(): NativeCensus {
    return this.native.census();
  }

  /** What its caps have to do with: `received` in bytes now, the others cumulative. */
  get load(): NativeLoad {
    return this.native.load();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Ends all listeners, dials and connections. Connections get `onClosed` a moment later; nothing else is told. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.native.close();
    this.dispatcher.close();
  }
}

let shared: Engine | undefined;

/** The engine that is used where none is named; made when it is first needed, and again after it was closed. */
export function defaultEngine(): Engine {
  if (shared === undefined || shared.closed) shared = new Engine();
  return shared;
}
