/**
 * `node fuzz/packets.ts [--seconds 10] [--seed n]`: random packets, and real ones with changes, at the port of a listener.
 * Ends with an error when an honest client is not served meanwhile and after.
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { recordFirstPackets } from "../src/testing/first-packets.ts";
import { Stage } from "../src/testing/peer.ts";
import { Chance } from "./chance.ts";
import { changed } from "./changed.ts";
import { checkHonestClient } from "./check.ts";
import { readSettings } from "./settings.ts";

const ALPN = "moq-lite-06";
/** Packets between two pauses, in which the listener's threads catch up. */
const BATCH = 64;
/** Real packets that are kept to be changed. */
const KEPT = 256;
/** QUIC version 1 and 2, version negotiation, a reserved one, and a draft. */
const VERSIONS = [1, 0x6b3343cf, 0, 0x1a2a3a4a, 0xff00001d];

/** Passes packets on between a client and the listener, keeps some, and sometimes sends a changed copy of one behind it. */
class Eavesdropper {
  readonly kept: Buffer[] = [];
  readonly #front: Socket;
  readonly #back: Socket;
  readonly #chance: Chance;
  #client: { port: number; address: string } | undefined;

  private constructor(front: Socket, back: Socket, port: number, chance: Chance) {
    this.#front = front;
    this.#back = back;
    this.#chance = chance;
    front.on("message", (packet, from) => {
      this.#client = from;
      this.#pass(packet, (bytes) => back.send(bytes, port, "127.0.0.1"));
    });
    back.on("message", (packet) => {
      const client = this.#client;
      if (client) this.#pass(packet, (bytes) => front.send(bytes, client.port, client.address));
    });
  }

  static async before(port: number, chance: Chance): Promise<Eavesdropper> {
    const [front, back] = [createSocket("udp4").bind(0, "127.0.0.1"), createSocket("udp4").bind(0, "127.0.0.1")];
    await Promise.all([once(front, "listening"), once(back, "listening")]);
    return new Eavesdropper(front, back, port, chance);
  }

  get port(): number {
    return this.#front.address().port;
  }

  close(): void {
    this.#front.close();
    this.#back.close();
  }

  #pass(packet: Buffer, send: (bytes: Buffer) => void): void {
    this.kept[this.kept.length < KEPT ? this.kept.length : this.#chance.below(KEPT)] = Buffer.from(packet);
    send(packet);
    if (this.#chance.oneIn(4)) send(changed(packet, this.#chance));
  }
}

function random(chance: Chance): Buffer {
  const packet = chance.bytes(chance.pick([0, 1, 2, 6, 20, 21, 100, 1199, 1200, 1452, 9_000]));
  if (packet.length > 6 && chance.oneIn(2)) {
    packet[0] = 0xc0 | (packet[0] as number);
    packet.writeUInt32BE(chance.pick(VERSIONS), 1);
    packet[5] = chance.pick([0, 1, 8, 20, 21, 255]);
  }
  return packet;
}

const { seconds, seed } = readSettings(process.argv.slice(2));
console.log(`packets: seed ${seed}, ${seconds} s`);
const chance = new Chance(seed);
await using stage = await Stage.open({ handshakeTimeout: 5_000, handshakesBeforeRetry: 50, maxHandshakes: 500 });
const firsts = await recordFirstPackets(100, ALPN, stage.client);
const eavesdropper = await Eavesdropper.before(stage.listener.port, chance);
const socket = createSocket("udp4");
const end = performance.now() + seconds * 1000;
let packets = 0;
while (performance.now() < end) {
  for (let i = 0; i < BATCH; i++) {
    const real = chance.pick([firsts, eavesdropper.kept, []]);
    const packet = real.length === 0 ? random(chance) : changed(chance.pick(real), chance);
    socket.send(packet, stage.listener.port, "127.0.0.1");
  }
  packets += BATCH;
  if (packets % (BATCH * 64) === 0) {
    // A connection may fall victim to changed copies of its packets; nobody else may.
    const target = `${chance.pick(["", "https://"])}localhost:${eavesdropper.port}`;
    const victim = await stage.dial(target, { timeout: 2_000 }).catch(() => undefined);
    victim?.uni().stream.write(chance.bytes(10_000));
    await checkHonestClient(stage);
    victim?.connection.close(0, "");
  }
  await new Promise(setImmediate);
}
await checkHonestClient(stage);
console.log(`packets: ${packets} sent, ${JSON.stringify(stage.listener.stats())}`);
socket.close();
eavesdropper.close();
