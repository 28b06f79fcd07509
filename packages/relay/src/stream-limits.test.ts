import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { HandmadePeer } from "@moq-relay/protocol/testing";
import type { BidiEvents } from "@moq-relay/protocol/transport";
import { VERSIONS } from "@moq-relay/protocol/wire";
import { dial, Engine, isAvailable } from "@moq-relay/quic";
import type { Log } from "./cli/log.ts";
import { freePort } from "./cluster-credentials.fixture.ts";
import { loadConfig } from "./config/index.ts";
import { Relay } from "./relay.ts";

// How many streams a peer may have open, over real QUIC.

const LIMIT = { timeout: 30_000, skip: !isAvailable() };

const UNHEARD: BidiEvents = {
  onData: () => {},
  onFin: () => {},
  onReset: () => {},
  onStopped: () => {},
  onPressure: () => {},
  onDrained: () => {},
  onOverflow: () => {},
  onDelivered: () => {},
};

const silent = (): void => {};
const QUIET: Log = { trace: silent, debug: silent, info: silent, warn: silent, error: silent, child: () => QUIET };

/** Waits until it is so; the test's own time limit ends it otherwise. */
async function until({ signal }: TestContext, so: () => boolean): Promise<void> {
  while (!so() && !signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function start(context: TestContext, port: number, flags: readonly string[]): Promise<Relay> {
  const argv = ["--listen", `127.0.0.1:${port}`, "--listen-tls-generate", "127.0.0.1", "--auth-public", "", ...flags];
  const loaded = loadConfig({ argv, environment: {}, readText: () => "" });
  const relay = new Relay(loaded.kind === "run" ? loaded.config : assert.fail(), QUIET);
  context.after(() => relay.close());
  await relay.start();
  return relay;
}

/** A client of the relay at this port. */
function client(engine: Engine, port: number): Promise<HandmadePeer> {
  return new Promise((resolve, reject) => {
    const options = { protocols: ["moq-lite-06"], insecure: true, engine };
    dial(`127.0.0.1:${port}`, options, {
      onConnection: (connection) => {
        const peer = new HandmadePeer(connection);
        peer.version = VERSIONS["moq-lite-06"];
        peer.shakeHands();
        resolve(peer);
        return peer;
      },
      onFailed: (reason) => reject(new Error(reason)),
    });
  });
}

test("a client's two-way stream beyond its limit waits until another ends", LIMIT, async (context) => {
  const port = await freePort();
  await start(context, port, ["--limits-message-timeout", "60s"]);
  const engine = new Engine();
  context.after(() => engine.close());
  const peer = await client(engine, port);
  // Half of a number that says what is asked for: they keep their places.
  const begun = Array.from({ length: 257 }, () => {
    const stream = peer.connection.openBidi(0, UNHEARD);
    stream.send.write(Uint8Array.of(0x40));
    return stream;
  });
  const waiting = (): number => begun.filter(({ send }) => send.queued > 0).length;
  await until(context, () => waiting() === 1);
  const other = await client(engine, port);
  await until(context, () => other.bidis.length > 0);
  assert.equal(waiting(), 1, "several round trips later");
  // Places come back by the dozen.
  for (const { send, recv } of begun.slice(0, 40)) {
    send.reset(0);
    recv.stop(0);
  }
  await until(context, () => waiting() === 0);
});

test("a link between relays carries 12,000 announce streams at once", LIMIT, async (context) => {
  const port = await freePort();
  const cluster = ["--connect-tls-insecure", "true", "--cluster-root", `127.0.0.1:${port}`];
  const root = await start(context, port, [...cluster, "--cluster-node", `127.0.0.1:${port}`]);
  const leafPort = await freePort();
  const leaf = await start(context, leafPort, [...cluster, "--cluster-node", `127.0.0.1:${leafPort}`]);
  const member = (relay: Relay) => [...relay.core.peers].find(({ grants }) => grants.cluster);
  await until(context, () => member(root) !== undefined && member(leaf) !== undefined);
  let answered = 0;
  const ready = (): void => {
    answered += 1;
  };
  const ignore = (): void => {};
  const cancels = [leaf, root].flatMap((relay) => {
    const { session } = member(relay) ?? assert.fail("the link is gone");
    const count = relay === leaf ? 12_000 : 300;
    return Array.from({ length: count }, (_, i) =>
      session.listen(`made-up/${i}`, {
        onComplete: ready,
        onStart: ignore,
        onRestart: ignore,
        onEnd: ignore,
        onClosed: () => assert.fail("refused"),
      }),
    );
  });
  await until(context, () => answered === 12_300);
  for (const cancel of cancels) cancel();
});
