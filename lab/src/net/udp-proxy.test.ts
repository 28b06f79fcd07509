import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { GENEROUS, until } from "../process/wait.ts";
import { UdpProxy, type UdpProxyOptions } from "./udp-proxy.ts";

const SEED = 11;

/** A client, a proxy, and a server that remembers and answers. */
class Line {
  readonly arrived: Buffer[] = [];
  readonly answers: Buffer[] = [];
  readonly #client: Socket;
  readonly proxy: UdpProxy;

  private constructor(client: Socket, server: Socket, proxy: UdpProxy) {
    this.#client = client;
    this.proxy = proxy;
    server.on("message", (packet, from) => {
      this.arrived.push(packet);
      server.send(packet, from.port, from.address);
    });
    client.on("message", (packet) => this.answers.push(packet));
  }

  static async open(context: TestContext, options: Partial<UdpProxyOptions> = {}): Promise<Line> {
    const client = await bound();
    const server = await bound();
    const proxy = await UdpProxy.open({ target: server.address().port, seed: SEED, ...options });
    context.after(async () => {
      await proxy[Symbol.asyncDispose]();
      client.close();
      server.close();
    });
    return new Line(client, server, proxy);
  }

  /** Sends numbered packets, and waits until the proxy has them. */
  async send(count: number, socket: Socket = this.#client): Promise<void> {
    for (let i = 0; i < count; i++) {
      const before = this.proxy.counts("up");
      socket.send(packet(i), this.proxy.port, "127.0.0.1");
      const taken = () => {
        const { received, dropped } = this.proxy.counts("up");
        return received + dropped > before.received + before.dropped;
      };
      await until("the proxy has the packet", taken, GENEROUS, 1);
    }
  }

  get order(): number[] {
    return this.arrived.map((bytes) => bytes.readUInt32BE());
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

function packet(number: number): Buffer {
  const bytes = Buffer.alloc(100);
  bytes.writeUInt32BE(number);
  return bytes;
}

test("a faultless link carries every packet in both directions, in order", async (context) => {
  const line = await Line.open(context);
  await line.send(200);
  await until("all answers are there", () => line.answers.length === 200);
  assert.deepEqual(line.order, [...Array(200).keys()]);
  assert.deepEqual(line.answers, line.arrived);
});

test("which packets are lost follows from the seed", async (context) => {
  const runs = [];
  for (let run = 0; run < 2; run++) {
    const line = await Line.open(context);
    line.proxy.setFaults("up", { loss: 0.2 });
    await line.send(100);
    const { lost } = line.proxy.counts("up");
    await until("the others have arrived", () => line.arrived.length === 100 - lost);
    runs.push(line.order);
  }
  assert.ok((runs[0]?.length ?? 100) < 100);
  assert.deepEqual(runs[0], runs[1]);
});

test("a delay is kept in each direction, and jitter changes no order", async (context) => {
  const line = await Line.open(context);
  line.proxy.setFaults("up", { delay: 30, jitter: 20 });
  line.proxy.setFaults("down", { delay: 40 });
  const start = performance.now();
  await line.send(50);
  await until("all answers are there", () => line.answers.length === 50);
  assert.ok(performance.now() - start >= 70);
  assert.deepEqual(line.order, [...Array(50).keys()]);
});

test("packets that are held back are overtaken", async (context) => {
  const line = await Line.open(context);
  line.proxy.setFaults("up", { reorder: 0.2, reorderBy: 500 });
  await line.send(50);
  await until("all have arrived", () => line.arrived.length === 50);
  assert.notDeepEqual(line.order, [...Array(50).keys()]);
  assert.deepEqual(
    line.order.toSorted((a, b) => a - b),
    [...Array(50).keys()],
  );
});

test("a duplicate arrives twice, and a corrupted packet differs in one bit", async (context) => {
  const line = await Line.open(context);
  line.proxy.setFaults("up", { duplicate: 1, corrupt: 1 });
  await line.send(1);
  await until("both have arrived", () => line.arrived.length === 2);
  const bits = (bytes: Buffer) => [...bytes].map((byte) => byte.toString(2).replaceAll("0", "").length);
  const turned = line.arrived.map((bytes) =>
    bits(Buffer.from(bytes.map((byte, i) => byte ^ (packet(0)[i] as number)))),
  );
  assert.deepEqual(
    turned.map((counts) => counts.reduce((sum, count) => sum + count, 0)),
    [1, 1],
  );
});

test("a blackhole swallows what comes and what is under way, in its direction only", async (context) => {
  const line = await Line.open(context);
  line.proxy.setFaults("down", { delay: 60_000 });
  await line.send(3);
  await until("the answers are under way", () => line.proxy.counts("down").received === 3);
  line.proxy.setBlackhole("down", true);
  await line.send(2);
  await until("all have arrived", () => line.arrived.length === 5);
  await until("the answers are gone", () => line.proxy.counts("down").blackholed === 5);
  line.proxy.setFaults("down", {});
  line.proxy.setBlackhole("down", false);
  await line.send(1);
  await until("the link is back", () => line.answers.length === 1);
});

test("packets beyond the cap of the queue are dropped", async (context) => {
  const line = await Line.open(context, { maxQueued: 10 });
  line.proxy.setFaults("up", { delay: 60_000 });
  await line.send(15);
  assert.equal(line.proxy.counts("up").dropped, 5);
  assert.deepEqual(line.order, []);
});

test("packets of a client beyond the cap are dropped", async (context) => {
  const line = await Line.open(context, { maxClients: 1 });
  await line.send(1);
  const other = await bound();
  context.after(() => other.close());
  await line.send(1, other);
  assert.equal(line.proxy.counts("up").dropped, 1);
  await line.send(1);
  await until("the first one's arrive", () => line.arrived.length === 2);
});

test("a client that is parted from the server gets nothing through, while others do, and is heard again when it is not", async (context) => {
  const parted = new Set<number>();
  const line = await Line.open(context, { parted: (port) => parted.has(port) });
  const other = await bound();
  context.after(() => other.close());
  parted.add(other.address().port);
  await line.send(3, other);
  await line.send(2);
  await until("those of the first client are there", () => line.answers.length === 2);
  assert.equal(line.proxy.counts("up").blackholed, 3);
  parted.clear();
  const answered = once(other, "message");
  await line.send(1, other);
  await answered;
  assert.equal(line.arrived.length, 3);
});
