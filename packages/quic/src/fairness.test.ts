import assert from "node:assert/strict";
import { Stage } from "./testing/peer.ts";
import { quicTest } from "./testing/quic-test.ts";
import { UdpProxy } from "./testing/udp-proxy.ts";

/** Streams that compete for a narrow link, and bytes of each. */
const TOGETHER = 16;
const SIZE = 32 << 10;
/** Streams in all: whenever one is through, the next begins. */
const STREAMS = 160;
/** Bytes per second. */
const RATE = 2_000_000;

quicTest("of streams with the same priority none waits while others overtake it again and again", async () => {
  await using stage = await Stage.open();
  const link = await UdpProxy.to(stage.listener.port);
  link.throttle(RATE);
  const { client } = await stage.pair(`localhost:${link.port}`);
  const bytes = new Uint8Array(SIZE);
  let through = 0;
  const overtakings: number[] = [];
  const lane = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const before = through;
      const { stream, ends } = client.uni();
      stream.write(bytes);
      stream.finish();
      assert.equal(await ends.sent, "delivered");
      overtakings.push(through - before);
      through += 1;
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, () => lane(STREAMS / TOGETHER)));
  link.close();
  const worst = Math.max(...overtakings);
  assert.ok(
    worst < 3 * TOGETHER,
    `${worst} streams that began later or together were through before one of ${TOGETHER}`,
  );
});
