import { type Clock, SAME_TIME } from "./clock.ts";
import type { Way } from "./way.ts";

/** Something under way; `run` is its arrival. */
interface Packet {
  arrival: number;
  readonly run: () => void;
  /** Silence swallows it for good. */
  readonly droppable: boolean;
}

/** Who is at the far end of a pipe. */
export interface PipeEnd {
  /** All that was due has arrived. */
  onArrived(): void;
  /** Nothing was heard for the idle timeout. */
  onIdle(): void;
  /** The connection is lost, for this reason; the other end is not told. */
  lose(reason: string): void;
  /** This end's process is gone: it hears nothing more, and the other end is not told. */
  vanish(): void;
  /** Who listens where the other end did knows nothing of the connection, and says so. */
  disown(): void;
}

/** When each end is to show life, and how long the other waits for it, milliseconds. */
export interface Liveness {
  /** Between signs of life on an idle connection; 0 for none. */
  readonly keepAlive: number;
  readonly idleTimeout: number;
}

/**
 * One direction of one connection: packets enter and arrive later, in order of arrival. Signs of life are not sent but
 * computed, so a connection at rest costs nothing.
 */
export class Pipe {
  readonly way: Way;
  readonly #clock: Clock;
  readonly #liveness: Liveness;
  /** By arrival. */
  readonly #packets: Packet[] = [];
  readonly #wake: () => void = () => this.#arrive();
  #end: PipeEnd | undefined;
  /** The earliest time for which a wake-up is scheduled. */
  #wakeAt = Number.POSITIVE_INFINITY;
  /** When the last byte that was sent will have left, under a rate. */
  #busyUntil = 0;
  /** Nothing arrives before that. */
  #opensAt = 0;
  #sourceGone = false;
  #closed = false;
  /** How often silence was watched for: only the latest watch counts. */
  #watchers = 0;
  #lastHeard: number;
  /** The first sign of life arrived then, and one every `#interval` since. */
  #aliveSince: number;
  /** Intervals of heartbeats that the ends asked for: each is heard by both, as a question or as its answer. */
  readonly #beats = { near: 0, far: 0 };

  constructor(way: Way, clock: Clock, liveness: Liveness) {
    this.way = way;
    this.#clock = clock;
    this.#liveness = liveness;
    this.#lastHeard = clock.now();
    this.#aliveSince = this.#lastHeard;
    way.add(this);
  }

  /** Who hears of arrivals and of silence, once there is somebody. */
  get end(): PipeEnd | undefined {
    return this.#end;
  }

  set end(end: PipeEnd) {
    this.#end = end;
    if (this.#dead) this.#watch();
  }

  /** Milliseconds until the link has room for the next packet. */
  get busyFor(): number {
    return Math.max(0, this.#busyUntil - this.#clock.now());
  }

  /** Whatever is sent from now on arrives no sooner than `time`, whatever the jitter. */
  opensAt(time: number): void {
    this.#opensAt = time;
  }

  /**
   * Sends a packet of `size` bytes (0 when they do not count) that arrives no sooner than `notBefore`. Returns the time
   * of arrival.
   */
  send(run: () => void, size: number = 0, notBefore: number = 0): number {
    const now = this.#clock.now();
    let departure = now;
    if (size > 0 && this.way.rate !== Number.POSITIVE_INFINITY) {
      departure = Math.max(now, this.#busyUntil) + size / this.way.rate;
      this.#busyUntil = departure;
    }
    const arrival = Math.max(this.#arrival(departure), notBefore);
    this.#insert({ arrival, run, droppable: false });
    return arrival;
  }

  /** Sends a packet that may get lost; false when it is known to be lost. */
  sendDatagram(run: () => void, size: number): boolean {
    if (this.#dead || this.way.loses?.()) return false;
    const departure = Math.max(this.#clock.now(), this.#busyUntil) + size / this.way.rate;
    this.#busyUntil = departure;
    this.#insert({ arrival: this.#arrival(departure), run, droppable: true });
    return true;
  }

  /** Milliseconds since the far end heard anything. */
  get sinceHeard(): number {
    return this.#clock.now() - this.#heard();
  }

  /** An end asks for signs of life at this interval, milliseconds; 0: no longer. */
  beat(by: "near" | "far", interval: number): void {
    if (this.#beats[by] === interval) return;
    this.#lastHeard = this.#heard();
    this.#beats[by] = interval;
    this.#aliveSince = Math.max(this.#aliveSince, this.#clock.now() + this.way.delay);
  }

  /** Called by the way, before it is silent. */
  fallSilent(): void {
    if (this.#dead) return;
    this.#lastHeard = this.#heard();
    const kept = this.#packets.filter((packet) => !packet.droppable);
    this.#packets.length = 0;
    this.#packets.push(...kept);
    this.#watch();
  }

  /** Called by the way, when it is no longer silent. */
  recover(): void {
    if (this.#dead) return;
    const again = this.#clock.now() + this.way.delay;
    for (const packet of this.#packets) packet.arrival = Math.max(packet.arrival, again);
    // What is sent from now on must not overtake them, though the way get shorter.
    this.#opensAt = Math.max(this.#opensAt, again);
    this.#aliveSince = again;
    this.#arm();
  }

  /** Called by the way, when it is no longer held. */
  goOn(): void {
    this.#arm();
  }

  /** The near end is gone without a word: no more signs of life. What is under way still arrives. */
  abandon(): void {
    if (this.#sourceGone || this.#closed) return;
    this.#lastHeard = this.#heard();
    this.#sourceGone = true;
    this.#watch();
  }

  /** The near end is gone, and another process in its place answers the next sign of life of the far end. */
  disown(): void {
    if (!this.#sourceGone || this.#closed || this.#interval === 0) return;
    const wait = this.#interval + this.way.delay;
    this.send(() => this.#end?.disown(), 0, this.#clock.now() + wait);
  }

  /** The far end is gone: nothing needs to arrive any more. */
  close(): void {
    this.#closed = true;
    this.#packets.length = 0;
    this.#end = undefined;
    this.way.delete(this);
  }

  #arrival(departure: number): number {
    return Math.max(departure + this.way.delay + (this.way.jitter?.() ?? 0), this.#opensAt);
  }

  get #dead(): boolean {
    return this.way.silent || this.#sourceGone;
  }

  #heard(): number {
    const now = this.#clock.now();
    const interval = this.#interval;
    if (this.#dead || interval === 0 || now < this.#aliveSince) return this.#lastHeard;
    return Math.max(this.#lastHeard, now - ((now - this.#aliveSince) % interval));
  }

  get #interval(): number {
    const intervals = [this.#liveness.keepAlive, this.#beats.near, this.#beats.far].filter((each) => each > 0);
    return intervals.length === 0 ? 0 : Math.min(...intervals);
  }

  #watch(): void {
    const { idleTimeout } = this.#liveness;
    this.#watchers += 1;
    const watcher = this.#watchers;
    this.#clock.schedule(Math.max(0, idleTimeout - this.sinceHeard), () => {
      if (!this.#dead || watcher !== this.#watchers) return;
      if (this.sinceHeard >= idleTimeout - SAME_TIME) this.#end?.onIdle();
      else this.#watch();
    });
  }

  #insert(packet: Packet): void {
    if (this.#closed) return;
    let place = this.#packets.length;
    while (place > 0 && (this.#packets[place - 1]?.arrival ?? 0) > packet.arrival) place -= 1;
    if (place === this.#packets.length) this.#packets.push(packet);
    else this.#packets.splice(place, 0, packet);
    this.#arm();
  }

  #arm(): void {
    const first = this.#packets[0];
    if (first === undefined || this.way.stopped || first.arrival >= this.#wakeAt) return;
    this.#wakeAt = first.arrival;
    this.#clock.schedule(Math.max(0, first.arrival - this.#clock.now()), this.#wake);
  }

  #arrive(): void {
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const due = this.#clock.now() + SAME_TIME;
    try {
      for (let first = this.#packets[0]; first !== undefined; first = this.#packets[0]) {
        if (first.arrival > due || this.way.stopped) break;
        this.#packets.shift();
        this.#lastHeard = this.#clock.now();
        first.run();
      }
    } finally {
      this.#arm();
      this.#end?.onArrived();
    }
  }
}
