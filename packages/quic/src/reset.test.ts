import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { listen } from "./listen.ts";
import { type Peer, Stage } from "./testing/peer.ts";
import { quicTest } from "./testing/quic-test.ts";
import { UdpProxy } from "./testing/udp-proxy.ts";

/** Far more than the first word after the change takes, far less than the idle timeout. */
const SOON = 5_000;

/** A client that says something twenty times a second, and finds another listener where it had one. */
async function replaced(before: Uint8Array | undefined, after: Uint8Array | undefined): Promise<string> {
  await using stage = await Stage.open(before ? { resetKey: before } : {});
  const other = listen({
    address: "127.0.0.1:0",
    certificates: [stage.certificate],
    engine: stage.server,
    onRequest: () => {},
    ...(after ? { resetKey: after } : {}),
  });
  const proxy = await UdpProxy.to(stage.listener.port);
  const ends: Promise<string>[] = [];
  const clients: Peer[] = [];
  for (const target of [`localhost:${proxy.port}`, `https://localhost:${proxy.port}/`]) {
    const { client } = await stage.pair(target, { quic: { keepAlive: 50 } });
    clients.push(client);
    ends.push(client.closed.then(({ reason }) => reason));
  }
  proxy.turnTo(other.port);
  const wait = before && after ? SOON : 500;
  const [first, ...rest] = await Promise.all(ends.map((end) => Promise.race([end, delay(wait, "not told")])));
  assert.ok(
    rest.every((one) => one === first),
    `${first}, ${rest}`,
  );
  for (const { connection } of clients) connection.close(0, "");
  proxy.close();
  return first ?? assert.fail();
}

quicTest("who listens with the secret of another that is gone tells its peers that they are alone", async () => {
  const secret = Buffer.alloc(32, 7);
  assert.match(await replaced(secret, secret), /reset/);
});

quicTest("with another secret, or none, nobody is told, and nobody else's connection can be ended", async () => {
  assert.equal(await replaced(Buffer.alloc(32, 7), undefined), "not told");
  assert.equal(await replaced(undefined, undefined), "not told");
});

quicTest("a secret that can be guessed is refused", async () => {
  await using stage = await Stage.open();
  const { certificate, server } = stage;
  const options = { address: "127.0.0.1:0", certificates: [certificate], engine: server, onRequest: () => {} };
  assert.throws(() => listen({ ...options, resetKey: Buffer.alloc(15) }), RangeError);
});
