import {
  type CarrierLimits,
  type ConnectionRequest,
  DEFAULT_CARRIER_LIMITS,
  type DialEvents,
  type Dialling,
} from "../transport.ts";
import { MemoryCarrier } from "./carrier.ts";
import type { Clock } from "./clock.ts";
import { type DialSurroundings, type Listening, MemoryDial, type MemoryDialOptions } from "./dial.ts";
import { Way, type WaySettings } from "./way.ts";

/** How a network in memory is made. Without a clock there is none: time is always given. */
export interface MemoryNetworkOptions extends Clock {
  /** Marks and caps of both sides, where `listen` and `dial` do not say otherwise. */
  readonly limits?: Partial<CarrierLimits>;
  /** Milliseconds one way, 0 if not given. */
  readonly delay?: number;
  /** Bytes per millisecond of each connection in each direction, no limit if not given. */
  readonly rate?: number;
  /** Prepares each way when it is first used: delays by region, jitter, a partition that holds for newcomers too. */
  readonly shape?: (way: Way, from: string, to: string) => void;
  /** Milliseconds between signs of life of an idle connection, 150 if not given; 0 for none. */
  readonly keepAlive?: number;
  /** Milliseconds of silence after which an end is lost, 2,000 if not given. */
  readonly idleTimeout?: number;
  /** Milliseconds after which an unanswered dial fails, 5,000 if not given. */
  readonly dialTimeout?: number;
  /** Bytes of the largest datagram, 1,200 if not given; 0 for none. */
  readonly maxDatagramSize?: number;
  /** Cap of connections and halves of streams in the whole network, 500,000 if not given. */
  readonly maxHandles?: number;
}

/** What a listener may say for itself. */
export interface MemoryListenOptions {
  readonly limits?: Partial<CarrierLimits>;
  /** The certificates that diallers see, DER, leaf first. */
  readonly certificates?: readonly Uint8Array[];
}

/** Somebody listens, until it is closed. Connections that stand are left alone. */
export interface MemoryListener {
  close(): void;
}

/** The address of diallers that do not say where they are. */
const ANYWHERE = "client";

/**
 * A network in memory: any number of addresses, listeners and connections, with delay, rate and faults. It has no clock
 * and no chance of its own, so that the same calls give the same run.
 */
export class MemoryNetwork {
  readonly carrier: MemoryCarrier;
  readonly #options: MemoryNetworkOptions;
  readonly #limits: CarrierLimits;
  readonly #listeners = new Map<string, Listening>();
  /** By origin, then by target. */
  readonly #ways = new Map<string, Map<string, Way>>();

  constructor(options: MemoryNetworkOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_CARRIER_LIMITS, ...options.limits };
    this.carrier = new MemoryCarrier(options.maxHandles ?? 500_000);
  }

  /** Listens at `address`, in the place of who listened there before. */
  listen(
    address: string,
    onRequest: (request: ConnectionRequest) => void,
    options: MemoryListenOptions = {},
  ): MemoryListener {
    const limits = { ...this.#limits, ...options.limits };
    const listening = { onRequest, limits, certificates: options.certificates ?? [] };
    this.#listeners.set(address, listening);
    return {
      close: () => {
        if (this.#listeners.get(address) === listening) this.#listeners.delete(address);
      },
    };
  }

  dial(address: string, options: MemoryDialOptions, events: DialEvents): Dialling {
    const from = options.from ?? ANYWHERE;
    const { keepAlive, idleTimeout, dialTimeout, maxDatagramSize } = this.#options;
    const surroundings: DialSurroundings = {
      clock: this.#options,
      carrier: this.carrier,
      liveness: { keepAlive: keepAlive ?? 150, idleTimeout: idleTimeout ?? 2_000 },
      maxDatagramSize: maxDatagramSize ?? 1_200,
      dialTimeout: dialTimeout ?? 5_000,
      there: this.way(from, address),
      back: this.way(address, from),
      listening: () => this.#listeners.get(address),
    };
    const limits = { ...this.#limits, ...options.limits };
    return new MemoryDial(surroundings, address, { ...options, from, limits }, events);
  }

  /** The network from one address to another, in this direction only; to slow it down, silence it and heal it. */
  way(from: string, to: string): Way {
    let targets = this.#ways.get(from);
    if (targets === undefined) {
      targets = new Map();
      this.#ways.set(from, targets);
    }
    let way = targets.get(to);
    if (way === undefined) {
      const settings: WaySettings = {
        delay: this.#options.delay ?? 0,
        rate: this.#options.rate ?? Number.POSITIVE_INFINITY,
      };
      way = new Way(settings);
      targets.set(to, way);
      this.#options.shape?.(way, from, to);
    }
    return way;
  }

  /** Every connection between the two addresses is lost, at both ends and at once. New ones can be made. */
  cut(a: string, b: string, reason: string = "the link was cut"): void {
    for (const way of [this.way(a, b), this.way(b, a)]) {
      for (const pipe of [...way.pipes]) pipe.end?.lose(reason);
    }
  }

  /**
   * The process at `address` is gone, as by a power cut: its listener and its connections hear nothing any more, and its
   * peers notice by silence. It may listen and dial again, as a new process.
   */
  vanish(address: string): void {
    this.#listeners.delete(address);
    for (const targets of this.#ways.values()) {
      for (const pipe of [...(targets.get(address)?.pipes ?? [])]) pipe.end?.vanish();
    }
  }

  /**
   * The process that is at `address` now tells those who dialled the one that vanished there, after their next sign of life, that
   * their connections are gone, as by QUIC's stateless resets (RFC 9000, section 10.3).
   */
  disown(address: string): void {
    for (const way of this.#ways.get(address)?.values() ?? []) for (const pipe of [...way.pipes]) pipe.disown();
  }
}

/** Makes a network in memory. */
export function memoryNetwork(options: MemoryNetworkOptions): MemoryNetwork {
  return new MemoryNetwork(options);
}
