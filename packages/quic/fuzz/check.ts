import type { DialFailure, Stage } from "../src/testing/peer.ts";

/** How long an honest client may take among all that noise, milliseconds. */
const PATIENCE = 30_000;

/** An honest client comes in, over raw QUIC and over WebTransport, and what it writes arrives. */
export async function checkHonestClient(stage: Stage): Promise<void> {
  for (const target of [stage.rawTarget, stage.webTransportTarget]) {
    const client = await stage.dial(target, { timeout: PATIENCE }).catch((error: DialFailure) => {
      throw new Error(`an honest client is not let in: ${error.message}`);
    });
    const { stream, ends } = client.uni();
    stream.write(Buffer.alloc(100_000, 1));
    stream.finish();
    if ((await ends.sent) !== "delivered") throw new Error("what an honest client writes does not arrive");
    client.connection.close(0, "");
  }
}
