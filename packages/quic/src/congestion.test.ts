import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { CongestionControl } from "./options.ts";
import { Stage } from "./testing/peer.ts";
import { quicTest } from "./testing/quic-test.ts";

const CONTROLS: readonly CongestionControl[] = ["cubic", "newreno", "bbr"];

for (const congestion of CONTROLS) {
  quicTest(`bytes arrive whole in both directions under ${congestion}`, async () => {
    await using stage = await Stage.open({ quic: { congestion } });
    const { client, server } = await stage.pair(stage.rawTarget, { quic: { congestion } });
    const sent = randomBytes(2 << 20);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      const { stream } = from.uni();
      stream.write(sent);
      stream.finish();
      const { ends } = await to.unis.next();
      await ends.received;
      assert.ok(Buffer.concat(ends.chunks).equals(sent));
    }
  });
}

quicTest("a congestion control that does not exist fails listening and dialling by its name", async () => {
  const quic = { congestion: "vegas" as CongestionControl };
  await assert.rejects(Stage.open({ quic }), /unknown congestion controller "vegas"/);
  await using stage = await Stage.open();
  await assert.rejects(stage.dial(stage.rawTarget, { quic }), /unknown congestion controller "vegas"/);
});
