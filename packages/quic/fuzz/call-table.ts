import type { NativeDialOptions, NativeListenOptions, NativeQuicOptions } from "../src/native.ts";
import type { Certificate } from "../src/options.ts";
import type { Chance } from "./chance.ts";
import type { HandleKind, Subject } from "./subject.ts";

/** What calls take their arguments from. */
export interface World {
  readonly chance: Chance;
  readonly certificate: Certificate;
  readonly quic: NativeQuicOptions;
  /** Where somebody listens, or has listened. */
  readonly ports: number[];
}

/** One call of the engine's interface, and how often it is made in comparison with others. */
export interface Call {
  readonly weight: number;
  run(subject: Subject, world: World): void;
}

/** Connections of an engine above which no more are dialled. */
const MANY = 60;

const STRINGS = ["", "moq-lite-06", "h3", "x".repeat(70_000), "\r\nset-cookie: a=b", "ü\u0000\ud800", 'a,b;c="d', "*"];
const HOSTS = ["127.0.0.1", "::1", "", "[::1]", "256.1.1.1", "nonsense.invalid", "\u0000", "0.0.0.0"];
const LENGTHS = [0, 1, 8, 1_200, 5_000, 70_000];

function handle({ chance }: World, subject: Subject, kind: HandleKind): number {
  if (chance.oneIn(10)) return chance.number();
  const kinds = ["endpoints", "connections", "sends", "recvs"] as const;
  const known = subject.handles[chance.oneIn(20) ? chance.pick(kinds) : kind];
  return known.length === 0 ? 0 : chance.pick(known);
}

function handles(world: World, subject: Subject, kind: HandleKind): Uint32Array {
  const { chance } = world;
  const count = chance.oneIn(2_000) ? 200_000 : chance.pick([0, 1, 1, 2, 10, 100]);
  const array = Uint32Array.from({ length: count }, () => handle(world, subject, kind));
  return chance.oneIn(200) ? detached(array) : array;
}

/** An array whose memory has gone elsewhere. */
function detached<T extends Uint32Array | Uint8Array>(array: T): T {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}

function numbers({ chance }: World): Uint32Array {
  return Uint32Array.from({ length: chance.pick([0, 1, 2, 10, 100]) }, () => chance.number());
}

function priorities(world: World): Int32Array {
  return new Int32Array(numbers(world));
}

function bytes({ chance }: World): Uint8Array {
  const array = new Uint8Array(chance.oneIn(500) ? 5 << 20 : chance.pick(LENGTHS));
  return chance.oneIn(200) ? detached(array) : array;
}

function quic({ chance, quic: usual }: World): NativeQuicOptions {
  if (!chance.oneIn(10)) return usual;
  const odd = Object.entries(usual).map(([name, value]) => {
    if (!chance.oneIn(3)) return [name, value];
    return [
      name,
      typeof value === "number" ? chance.number() : typeof value === "boolean" ? !value : chance.pick(STRINGS),
    ];
  });
  return Object.fromEntries(odd) as NativeQuicOptions;
}

function listenOptions(world: World): NativeListenOptions {
  const { chance, certificate } = world;
  return {
    address: chance.oneIn(5) ? `${chance.pick(HOSTS)}:${chance.number()}` : "127.0.0.1:0",
    certificates: chance.oneIn(10) ? [] : [certificate, ...(chance.oneIn(10) ? [{ cert: "x", key: "y" }] : [])],
    alpns: chance.oneIn(10) ? [chance.pick(STRINGS)] : ["moq-lite-06", "h3"],
    ...(chance.oneIn(20) ? { clientCa: chance.pick([certificate.cert, "nonsense"]) } : {}),
    clientCertRequired: chance.oneIn(20),
    quic: quic(world),
    retry: chance.pick(["load", "load", "always", "never", "sometimes"]),
    handshakesBeforeRetry: chance.oneIn(2) ? 10 : chance.number(),
    maxHandshakes: chance.oneIn(2) ? 50 : chance.number(),
    maxConnections: chance.oneIn(10) ? chance.number() : MANY,
    handshakeTimeout: chance.oneIn(4) ? chance.number() : 1_000,
    ...(chance.oneIn(10) ? { socketBuffer: chance.number() } : {}),
  };
}

function dialOptions(world: World): NativeDialOptions {
  const { chance, ports, certificate } = world;
  const host = chance.oneIn(10) ? chance.pick(HOSTS) : "127.0.0.1";
  const port = chance.oneIn(10) || ports.length === 0 ? chance.number() : chance.pick(ports.slice(-4));
  const web = chance.oneIn(2) ? { url: chance.oneIn(10) ? chance.pick(STRINGS) : `https://localhost:${port}/x` } : {};
  return {
    host,
    port,
    ...web,
    protocols: chance.oneIn(10) ? [chance.pick(STRINGS)] : ["moq-lite-06"],
    ...(chance.oneIn(10) ? { serverName: chance.pick(STRINGS) } : {}),
    ...(chance.oneIn(20) ? { ca: chance.pick([certificate.cert, "nonsense"]) } : {}),
    ...(chance.oneIn(20) ? { hashes: [chance.pick([...STRINGS, "ab".repeat(32)])] } : {}),
    insecure: !chance.oneIn(20),
    ...(chance.oneIn(20) ? { certificate: chance.oneIn(2) ? certificate : { cert: "x", key: "y" } } : {}),
    quic: quic(world),
    timeout: chance.oneIn(10) ? chance.number() : 2_000,
  };
}

/** By name. */
export const CALLS: Readonly<Record<string, Call>> = {
  drain: { weight: 2, run: (subject) => subject.drain() },
  listen: {
    weight: 1,
    run(subject, world) {
      if (subject.native.census().endpoints > 5) return;
      const endpoint = subject.native.listen(listenOptions(world));
      subject.remember("endpoints", endpoint);
      world.ports.push(Number(subject.native.address(endpoint).split(":").at(-1)));
    },
  },
  address: { weight: 1, run: (subject, world) => void subject.native.address(handle(world, subject, "endpoints")) },
  endpointStats: {
    weight: 1,
    run: (subject, world) => void subject.native.endpointStats(handle(world, subject, "endpoints")),
  },
  setCertificates: {
    weight: 1,
    run(subject, world) {
      const certificates = world.chance.oneIn(2) ? [world.certificate] : [{ cert: "", key: world.certificate.key }];
      subject.native.setCertificates(handle(world, subject, "endpoints"), certificates);
    },
  },
  closeEndpoint: {
    weight: 1,
    run(subject, world) {
      if (world.chance.oneIn(20)) subject.native.closeEndpoint(handle(world, subject, "endpoints"));
    },
  },
  dial: {
    weight: 3,
    run(subject, world) {
      if (subject.native.census().sessions < MANY)
        subject.remember("connections", subject.native.dial(dialOptions(world)));
    },
  },
  cancelDial: {
    weight: 1,
    run(subject, world) {
      if (world.chance.oneIn(10)) subject.native.cancelDial(handle(world, subject, "connections"));
    },
  },
  answer: {
    weight: 10,
    run(subject, { chance }) {
      const request = subject.requests.shift();
      if (request === undefined) return;
      for (let times = chance.oneIn(10) ? 2 : 1; times > 0; times--) {
        if (chance.oneIn(10)) subject.native.reject(request, chance.number());
        else subject.native.accept(request, chance.oneIn(5) ? chance.pick(STRINGS) : "moq-lite-06");
      }
    },
  },
  accept: {
    weight: 1,
    run: (subject, world) =>
      void subject.native.accept(handle(world, subject, "connections"), world.chance.pick(STRINGS)),
  },
  reject: {
    weight: 1,
    run: (subject, world) => subject.native.reject(handle(world, subject, "connections"), world.chance.number()),
  },
  info: { weight: 1, run: (subject, world) => void subject.native.info(handle(world, subject, "connections")) },
  closeConnection: {
    weight: 1,
    run(subject, world) {
      if (!world.chance.oneIn(20)) return;
      const connection = handle(world, subject, "connections");
      subject.native.closeConnection(connection, world.chance.number(), world.chance.pick(STRINGS));
    },
  },
  stats: { weight: 1, run: (subject, world) => void subject.native.stats(handle(world, subject, "connections")) },
  datagrams: {
    weight: 5,
    run(subject, world) {
      const connection = handle(world, subject, "connections");
      subject.native.maxDatagramSize(connection);
      subject.native.sendDatagram(connection, bytes(world));
    },
  },
  openUni: {
    weight: 10,
    run(subject, world) {
      const connection = handle(world, subject, "connections");
      subject.remember("sends", subject.native.openUni(connection, world.chance.number() | 0));
    },
  },
  openBidi: {
    weight: 10,
    run(subject, world) {
      const out = new Uint32Array(world.chance.oneIn(10) ? world.chance.below(4) : 2);
      const first = world.chance.oneIn(2) ? new Uint8Array() : bytes(world);
      subject.native.openBidi(handle(world, subject, "connections"), world.chance.number() | 0, first, out);
      subject.remember("sends", out[0] ?? 0);
      subject.remember("recvs", out[1] ?? 0);
    },
  },
  openUniMany: {
    weight: 5,
    run(subject, world) {
      const connections = handles(world, subject, "connections");
      const out = world.chance.oneIn(20) ? numbers(world).fill(0) : new Uint32Array(connections.length);
      subject.native.openUniMany(connections, bytes(world), numbers(world), priorities(world), out);
      for (const stream of out.subarray(0, 200)) subject.remember("sends", stream);
    },
  },
  openUniManyInPlace: {
    weight: 1,
    run(subject, world) {
      const both = handles(world, subject, "connections");
      subject.native.openUniMany(both, bytes(world), numbers(world), priorities(world), both);
    },
  },
  write: {
    weight: 20,
    run: (subject, world) => subject.native.write(handle(world, subject, "sends"), bytes(world)),
  },
  writeMany: {
    weight: 10,
    run: (subject, world) => subject.native.writeMany(handles(world, subject, "sends"), bytes(world)),
  },
  finishMany: { weight: 3, run: (subject, world) => subject.native.finishMany(handles(world, subject, "sends")) },
  resetMany: {
    weight: 3,
    run: (subject, world) => subject.native.resetMany(handles(world, subject, "sends"), world.chance.number()),
  },
  setPriorityMany: {
    weight: 3,
    run: (subject, world) => subject.native.setPriorityMany(handles(world, subject, "sends"), priorities(world)),
  },
  queued: { weight: 1, run: (subject, world) => void subject.native.queued(handle(world, subject, "sends")) },
  stop: {
    weight: 3,
    run: (subject, world) => subject.native.stop(handle(world, subject, "recvs"), world.chance.number()),
  },
  readMany: {
    weight: 10,
    run: (subject, world) => subject.native.readMany(handles(world, subject, "recvs")),
  },
  setPaused: {
    weight: 20,
    run: (subject, world) => subject.native.setPaused(handle(world, subject, "recvs"), world.chance.oneIn(4)),
  },
  wrongTypes: {
    weight: 1,
    run(subject, { chance }) {
      const calls = subject.native as unknown as Record<string, (...args: unknown[]) => unknown>;
      const name = chance.pick([
        "dial",
        "listen",
        "drain",
        "writeMany",
        "openUni",
        "accept",
        "openUniMany",
        "stats",
        "info",
      ]);
      const values = [
        undefined,
        null,
        -1,
        1.5,
        Number.NaN,
        2 ** 53,
        "",
        {},
        [],
        new Uint8Array(3),
        new Float64Array(2),
      ];
      calls[name]?.(...Array.from({ length: chance.below(6) }, () => chance.pick<unknown>(values)));
    },
  },
};
