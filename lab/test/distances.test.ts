/**
 * Of two ways to a publisher the one with the shorter round trips is taken, and left when it becomes the longer one: real QUIC, over
 * links with delays of their own.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NpmCrossing } from "../src/clients/npm-crossing.ts";
import { urlOf } from "../src/mixed/arrangement.ts";
import { UdpProxy } from "../src/net/udp-proxy.ts";
import { freePort } from "../src/process/free-port.ts";
import { MEDIA_BYTES_SENT, ourRelay } from "../src/process/our-relay.ts";
import { quicMissing } from "../src/process/quic-addon.ts";
import { RelayProcess } from "../src/process/relay-process.ts";
import { until } from "../src/process/wait.ts";

/** Three groups a second. */
const FEED = { instance: 1, frameRate: 30, groupSize: 10, frameSize: 1024 };
/** A link gets dearer after five samples, one a second, and rests for ten after each change. */
const PATIENCE = 60_000;

/** A relay between the publisher's and the viewer's, and the link that the viewer's reaches it by. */
interface Way {
  readonly link: UdpProxy;
  readonly relay: RelayProcess;
}

/** Milliseconds from one end to the other, and how much more it may be. */
function setDelay({ link }: Way, delay: number, jitter = 0): void {
  for (const direction of ["up", "down"] as const) link.setFaults(direction, { delay, jitter });
}

test("a way that gets far is left for a nearer one, and no frame is lost", {
  skip: ourRelay.missing() ?? quicMissing() ?? false,
  timeout: 180_000,
}, async (context) => {
  const started: RelayProcess[] = [];
  context.after(() => Promise.all(started.map((relay) => relay.stop("SIGKILL"))));
  const start = async (options: Parameters<typeof RelayProcess.start>[1]) => {
    const relay = await RelayProcess.start(ourRelay, { ...options, logLevel: "info" });
    started.push(relay);
    return relay;
  };
  const source = await start({});
  const ways: Way[] = [];
  for (let seed = 1; seed <= 2; seed++) {
    const port = await freePort();
    const link = await UdpProxy.open({ target: port, seed });
    context.after(() => link[Symbol.asyncDispose]());
    ways.push({ link, relay: await start({ port, nodePort: link.port, connect: [urlOf(source.port)] }) });
  }
  const [one, other] = ways as [Way, Way];
  setDelay(one, 10, 4);
  setDelay(other, 40, 16);
  const exit = await start({ connect: ways.map(({ link }) => urlOf(link.port)) });
  const crossing = new NpmCrossing(source, exit, { feed: FEED });
  context.after(() => crossing.kill());

  /** Waits until whole groups come by this way and none by the other. */
  const comesBy = async (way: Way): Promise<number> => {
    const began = performance.now();
    const idle = way === one ? other : one;
    const sent = () => Promise.all([way, idle].map(({ relay }) => relay.metric(MEDIA_BYTES_SENT)));
    await until(
      "media by the near way only",
      async () => {
        const before = await sent();
        await crossing.moves(2);
        const after = await sent();
        return after[0]! > before[0]! && after[1] === before[1];
      },
      PATIENCE,
    );
    return Math.round(performance.now() - began);
  };
  try {
    await crossing.reaches();
    context.diagnostic(`20 and 80 ms: by the near one after ${await comesBy(one)} ms`);
    setDelay(one, 100, 40);
    context.diagnostic(`the near one becomes one of 200 ms: left after ${await comesBy(other)} ms`);
    const { missing, duplicated } = await crossing.whole();
    assert.deepEqual({ missing, duplicated }, { missing: 0, duplicated: 0 });
  } catch (error) {
    for (const relay of started) context.diagnostic(`${relay.program.name}\n${relay.log()}`);
    throw error;
  }
});
