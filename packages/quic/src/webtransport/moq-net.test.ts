import assert from "node:assert/strict";
import * as net from "@moq/net";
import { AcceptedSession } from "../testing/accepted-session.ts";
import { Stage } from "../testing/peer.ts";
import { quicTest } from "../testing/quic-test.ts";
import { WebTransport } from "./index.ts";

/** A session of the @moq/net package on both ends of a WebTransport connection. */
async function connect(
  stage: Stage,
): Promise<{ client: net.Connection.Established; server: net.Connection.Established }> {
  const accepted = Promise.withResolvers<AcceptedSession>();
  stage.onRequest = (request) =>
    request.accept("moq-lite-05", (connection) => {
      const session = new AcceptedSession(connection);
      accepted.resolve(session);
      return session.events;
    });
  Object.assign(globalThis, { WebTransport });
  const url = new URL(`${stage.webTransportTarget}room`);
  const [client, server] = await Promise.all([
    net.Connection.connect(url, {
      websocket: { enabled: false },
      webtransport: { serverCertificateHashes: [{ value: stage.certificate.sha256 }] },
    }),
    accepted.promise.then((session) => net.Connection.accept(session as never, url)),
  ]);
  return { client, server };
}

quicTest("the @moq/net package publishes and subscribes over our WebTransport", async () => {
  await using stage = await Stage.open();
  const { client, server } = await connect(stage);
  assert.equal(client.transport, "webtransport");
  const broadcast = new net.Broadcast.Producer();
  const track = broadcast.createTrack("video");
  server.publish(net.Path.from("live"), broadcast);

  const subscription = client.consume(net.Path.from("live")).track("video").subscribe();
  const payloads = Array.from({ length: 30 }, (_, i) => new Uint8Array(1000 + i).fill(i));
  const timestamp = () => net.Time.Timestamp.now();
  for (let sequence = 0; sequence < 5; sequence++) {
    const group = track.appendGroup();
    const reading = subscription.recvGroup();
    for (const payload of payloads) group.writeFrame({ payload, timestamp: timestamp() });
    group.close();
    const received = await reading;
    assert.ok(received);
    for (const payload of payloads) assert.deepEqual((await received.readFrame())?.payload, payload);
    assert.equal(await received.readFrame(), undefined);
  }
  client.close();
  await server.closed;
});
