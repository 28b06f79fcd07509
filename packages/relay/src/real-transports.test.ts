import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { bytesOf, type Frame, HandmadePeer, readFrames, writeFrames } from "@moq-relay/protocol/testing";
import type { DialEvents } from "@moq-relay/protocol/transport";
import {
  BIDI,
  decodeFetch,
  decodeSubscribe,
  encodeAnnouncement,
  encodeAnnounceOk,
  encodeDatagram,
  VERSIONS,
} from "@moq-relay/protocol/wire";
import { dial as dialQuic, Engine, isAvailable } from "@moq-relay/quic";
import { createWebSocketTransport } from "@moq-relay/websocket";
import type { Log } from "./cli/log.ts";
import { loadConfig } from "./config/index.ts";
import { Relay } from "./relay.ts";

// Fetches and datagrams on the wire as it is: what the hub does with them is told in `hub/`.

const LIMIT = { timeout: 60_000, skip: !isAvailable() };
const PROTOCOLS = ["moq-lite-06"];
const VERSION = VERSIONS["moq-lite-06"];
const BINDINGS = ["quic", "webtransport", "websocket"] as const;
type Dialling = (binding: (typeof BINDINGS)[number], events: DialEvents) => void;

const silent = (): void => {};
const QUIET: Log = { trace: silent, debug: silent, info: silent, warn: silent, error: silent, child: () => QUIET };

/** Waits until it is so; the test's own time limit ends it otherwise. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A relay behind real sockets, and whoever dials it. */
class Real {
  readonly relay: Relay;
  readonly #dialling: Dialling;

  private constructor(relay: Relay, dialling: Dialling) {
    this.relay = relay;
    this.#dialling = dialling;
  }

  static async open(context: TestContext): Promise<Real> {
    const flags = ["--listen", "127.0.0.1:0", "--web-http-listen", "127.0.0.1:0", "--listen-tls-generate", "127.0.0.1"];
    const argv = [...flags, "--auth-public", ""];
    const loaded = loadConfig({ argv, environment: {}, readText: () => "" });
    const relay = new Relay(loaded.kind === "run" ? loaded.config : assert.fail(), QUIET);
    const engine = new Engine();
    const websocket = createWebSocketTransport();
    context.after(async () => {
      websocket.close(0, "");
      await relay.close();
      engine.close();
    });
    const { quic, http } = await relay.start();
    return new Real(relay, (binding, events) => {
      if (binding === "websocket") websocket.dial(`ws://${http?.text}/`, { protocols: PROTOCOLS }, events);
      else {
        const target = binding === "quic" ? quic?.text : `https://${quic?.text}/`;
        dialQuic(target ?? assert.fail(), { protocols: PROTOCOLS, insecure: true, engine }, events);
      }
    });
  }

  async peer(binding: (typeof BINDINGS)[number]): Promise<HandmadePeer> {
    const { promise, resolve, reject } = Promise.withResolvers<HandmadePeer>();
    this.#dialling(binding, {
      onConnection: (connection) => {
        const peer = new HandmadePeer(connection);
        peer.version = VERSION;
        peer.shakeHands();
        resolve(peer);
        return peer;
      },
      onFailed: (reason) => reject(new Error(reason)),
    });
    return promise;
  }

  /** A peer that has announced "cam". */
  async publisher(binding: (typeof BINDINGS)[number]): Promise<HandmadePeer> {
    const peer = await this.peer(binding);
    const asked = () => peer.bidis.find(({ length }) => length > 0);
    await until(() => asked() !== undefined);
    const [announce = assert.fail()] = peer.taken(BIDI.announce);
    announce.write((writer) => {
      encodeAnnounceOk(writer, { hop: 0n, activeCount: 0 }, VERSION);
      encodeAnnouncement(writer, { kind: "start", suffix: "cam", hops: [], cost: { warm: 0, cold: 0 } }, VERSION);
    });
    await until(() => this.relay.core.table.size > 0);
    return peer;
  }
}

const FRAMES: readonly Frame[] = Array.from({ length: 40 }, (_, i) => ({
  timestamp: i * 40,
  payload: `${i}`.padEnd(50_000, "."),
}));

for (const from of BINDINGS) {
  test(
    `a group of 2 MB that was published by ${from} is fetched once for all, by every transport`,
    LIMIT,
    async (context) => {
      const real = await Real.open(context);
      const publisher = await real.publisher(from);
      const peers = await Promise.all([...BINDINGS, ...BINDINGS].map((binding) => real.peer(binding)));
      const fetches = peers.map((peer) => peer.fetch({ broadcast: "cam", track: "video", group: 3 }));
      let asked = publisher.taken(BIDI.fetch);
      await until(() => {
        if (asked.length === 0) asked = publisher.taken(BIDI.fetch);
        return asked.length > 0;
      });
      const [stream = assert.fail()] = asked;
      const said = stream.take((framer) => framer.message()) ?? assert.fail("half a request");
      assert.equal(decodeFetch(said, VERSION).group, 3);
      stream.write(writeFrames(FRAMES, VERSION)).finish();
      await until(() => fetches.every(({ fin, reset }) => fin || reset !== undefined));
      for (const fetched of fetches) assert.deepEqual(readFrames(fetched.bytes, VERSION), FRAMES);
      assert.equal(real.relay.counters.upstreamFetches, 1);
      const [peer = assert.fail()] = peers;
      const part = peer.fetch({ broadcast: "cam", track: "video", group: 3, startFrame: 38, endFrame: 38 });
      await until(() => part.fin);
      assert.deepEqual(readFrames(part.bytes, VERSION), FRAMES.slice(38, 39));
    },
  );
}

test("datagrams cross the relay, on every transport that has them", LIMIT, async (context) => {
  const real = await Real.open(context);
  const publisher = await real.publisher("quic");
  const peers = await Promise.all([...BINDINGS, ...BINDINGS].map((binding) => real.peer(binding)));
  const requests = peers.map((peer) => peer.subscribe({ broadcast: "cam", track: "video" }));
  let track = publisher.taken(BIDI.track);
  let wanted = publisher.taken(BIDI.subscribe);
  await until(() => {
    track = track.length > 0 ? track : publisher.taken(BIDI.track);
    wanted = wanted.length > 0 ? wanted : publisher.taken(BIDI.subscribe);
    return track.length > 0 && wanted.length > 0;
  });
  publisher.trackInfo(track[0] ?? assert.fail());
  const [upstream = assert.fail()] = wanted;
  const { id } = decodeSubscribe(upstream.take((framer) => framer.message()) ?? assert.fail(), VERSION);
  publisher.reply(upstream, { kind: "start", group: 0 });
  await until(() => requests.every(({ length }) => length > 0));
  const receivers = peers.filter(({ connection }) => connection.maxDatagramSize > 0);
  assert.ok(receivers.length >= 4);
  // One may get lost on its way, so they are sent until everybody has had one.
  for (let sequence = 0; receivers.some(({ datagrams }) => datagrams.length === 0); sequence++) {
    const payload = Uint8Array.of(104, 105);
    const datagram = { subscription: id, sequence, timestamp: 7, payload };
    publisher.connection.sendDatagram(bytesOf((writer) => encodeDatagram(writer, datagram, VERSION)));
    const { datagramsReceived } = real.relay.counters;
    await Promise.race([
      until(() => real.relay.counters.datagramsReceived > datagramsReceived),
      new Promise((resolve) => setTimeout(resolve, 100)),
    ]);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  for (const { datagrams } of receivers) assert.deepEqual([...(datagrams[0] ?? [])].slice(-3), [7, 104, 105]);
  assert.ok(
    peers.every(({ unis }) => unis.length === 1),
    "only the Setup came on a stream",
  );
});
