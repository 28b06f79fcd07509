import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { DelayLine } from "./delay-line.ts";
import { FAULTLESS, type LinkFaults } from "./link-faults.ts";
import { PacketFates } from "./packet-fates.ts";

/** From clients to the server, and back. */
export type Direction = "up" | "down";

/** Settings of a proxy. */
export interface UdpProxyOptions {
  /** The server's port on 127.0.0.1, at first. */
  readonly target: number;
  /** All that chance decides follows from it and from the order of the packets. */
  readonly seed: number;
  /** Packets on their way in each direction; more are dropped. Default 10,000. */
  readonly maxQueued?: number;
  /** Client addresses that are known at once; packets of further ones are dropped. Default 1,000. */
  readonly maxClients?: number;
  /** Whether packets from and to the client on this port vanish just now. Default: none do. */
  readonly parted?: (clientPort: number) => boolean;
}

/** What has come of the packets of one direction. */
export interface LinkCounts {
  received: number;
  delivered: number;
  /** By chance, and by the switch. */
  lost: number;
  blackholed: number;
  /** The queue was full, or the client one too many. */
  dropped: number;
}

interface Way {
  faults: LinkFaults;
  blackhole: boolean;
  readonly fates: PacketFates;
  readonly line: DelayLine;
  readonly counts: LinkCounts;
}

/** A bad link: carries UDP packets between clients on loopback and one server, and harms them as it is told. */
export class UdpProxy implements AsyncDisposable {
  readonly #front = createSocket("udp4");
  readonly #backs = new Map<string, Socket>();
  readonly #options: UdpProxyOptions;
  readonly #ways: Readonly<Record<Direction, Way>>;
  #target: number;
  #closed = false;

  private constructor(options: UdpProxyOptions) {
    this.#options = options;
    this.#target = options.target;
    this.#ways = { up: way("up", options), down: way("down", options) };
    this.#front.on("message", (packet, from) => this.#onClientPacket(packet, from));
  }

  /** Listens on a free port of 127.0.0.1. The link is faultless at first. */
  static async open(options: UdpProxyOptions): Promise<UdpProxy> {
    const proxy = new UdpProxy(options);
    proxy.#front.bind(0, "127.0.0.1");
    await once(proxy.#front, "listening");
    return proxy;
  }

  get port(): number {
    return this.#front.address().port;
  }

  /** Carries all packets to another server of 127.0.0.1 from now on, as a name does that is given another address. */
  turnTo(port: number): void {
    this.#target = port;
  }

  /** What the link does from now on; what is not named is faultless. Packets under way are not touched. */
  setFaults(direction: Direction, faults: Partial<LinkFaults>): void {
    this.#ways[direction].faults = { ...FAULTLESS, ...faults };
  }

  /** Whether all packets of a direction vanish, those under way, too. */
  setBlackhole(direction: Direction, on: boolean): void {
    const way = this.#ways[direction];
    way.blackhole = on;
    if (on) {
      way.counts.blackholed += way.line.length;
      way.line.clear();
    }
  }

  counts(direction: Direction): Readonly<LinkCounts> {
    const { counts, line } = this.#ways[direction];
    return { ...counts, dropped: counts.dropped + line.dropped };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const { line } of Object.values(this.#ways)) line.clear();
    const sockets = [this.#front, ...this.#backs.values()];
    await Promise.all(sockets.map((socket) => new Promise<void>((closed) => socket.close(closed))));
  }

  #onClientPacket(packet: Buffer, from: RemoteInfo): void {
    const back = this.#back(from);
    if (back === undefined) this.#ways.up.counts.dropped += 1;
    else this.#carry(this.#ways.up, from.port, packet, (bytes) => back.send(bytes, this.#target, "127.0.0.1"));
  }

  /** The socket that the server takes for this client. */
  #back(from: RemoteInfo): Socket | undefined {
    const key = `${from.address}:${from.port}`;
    const known = this.#backs.get(key);
    if (known !== undefined || this.#backs.size >= (this.#options.maxClients ?? 1_000)) return known;
    const back = createSocket("udp4");
    back.on("message", (packet) =>
      this.#carry(this.#ways.down, from.port, packet, (bytes) => this.#front.send(bytes, from.port, from.address)),
    );
    // A server that is gone is silence to the client, as on a real link.
    back.on("error", () => {});
    this.#backs.set(key, back);
    return back;
  }

  #carry(way: Way, clientPort: number, packet: Buffer, send: (bytes: Buffer) => void): void {
    const { counts } = way;
    counts.received += 1;
    const fate = way.fates.next(way.faults, packet.length || 1);
    if (way.blackhole || this.#options.parted?.(clientPort)) counts.blackholed += 1;
    else if (fate === undefined) counts.lost += 1;
    else {
      if (fate.turnedBit !== undefined) turnBit(packet, fate.turnedBit);
      const deliver = () => {
        if (this.#closed) return;
        counts.delivered += 1;
        send(packet);
      };
      for (let copy = 0; copy < fate.copies; copy++) {
        if (fate.delay === 0 && way.line.length === 0) deliver();
        else way.line.add(fate.delay, fate.heldBack, deliver);
      }
    }
  }
}

function way(direction: Direction, { seed, maxQueued = 10_000 }: UdpProxyOptions): Way {
  return {
    faults: FAULTLESS,
    blackhole: false,
    fates: new PacketFates(seed, direction),
    line: new DelayLine(maxQueued),
    counts: { received: 0, delivered: 0, lost: 0, blackholed: 0, dropped: 0 },
  };
}

function turnBit(packet: Buffer, bit: number): void {
  const at = bit >> 3;
  packet[at] = (packet[at] as number) ^ (1 << (bit & 7));
}
