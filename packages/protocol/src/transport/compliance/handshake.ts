import assert from "node:assert/strict";
import type { CloseInfo, ConnectionRequest } from "../transport.ts";
import { pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { onStage, type Pair, type Stage, withPair } from "./pair.ts";
import { ConnectionRecord } from "./recording.ts";
import type { Case } from "./suite.ts";

async function tellsBothSides(harness: Harness): Promise<void> {
  await withPair(harness, {}, async ({ client, server }) => {
    assert.equal(client.connection.info.dialled, true);
    assert.equal(server.connection.info.dialled, false);
    assert.equal(client.connection.info.binding, server.connection.info.binding);
    assert.equal(client.connection.info.protocol, harness.protocols[0]);
    assert.equal(server.connection.info.protocol, harness.protocols[0]);
    assert.notEqual(client.connection.info.remote, "");
    assert.notEqual(server.connection.info.remote, "");
    assert.notEqual(client.connection.handle, 0);
    assert.notEqual(server.connection.handle, 0);
  });
}

async function carriesPathAndAuthority(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    const { server } = await stage.pair("/live/room%201?jwt=a.b-c_d&x=%2F");
    assert.equal(server.connection.info.path, "/live/room%201?jwt=a.b-c_d&x=%2F");
    assert.equal(server.connection.info.authority, stage.endpoints.authority);
  });
}

async function showsTheRequest(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    let offers: readonly string[] = [];
    let protocol = "unset";
    stage.onRequest = (request) => {
      offers = request.offers;
      protocol = request.info.protocol;
      stage.admit(request, harness.protocols[1]);
    };
    const { client, server } = await stage.pair();
    assert.deepEqual(offers, harness.protocols);
    assert.equal(protocol, "");
    assert.equal(client.connection.info.protocol, harness.protocols[1]);
    assert.equal(server.connection.info.protocol, harness.protocols[1]);
  });
}

/** What became of a dial, on bindings where a refusal may come after the connection stands too. */
interface Outcome {
  failed?: { reason: string; status: number | undefined };
  closed?: CloseInfo;
}

async function dialOnce(
  harness: Harness,
  answer: (request: ConnectionRequest, stage: Stage) => void,
): Promise<Outcome> {
  const outcome: Outcome = {};
  await onStage(harness, {}, async (stage) => {
    stage.onRequest = (request) => answer(request, stage);
    const record = new ConnectionRecord(stage.signal);
    stage.endpoints.dial(
      { path: "/", protocols: harness.protocols },
      {
        onConnection: () => record,
        onFailed: (reason, status) => {
          outcome.failed = { reason, status };
          stage.signal.notify();
        },
      },
    );
    await stage.until(() => outcome.failed !== undefined || record.closed !== undefined, "the end of the dial");
    if (record.closed) outcome.closed = record.closed;
  });
  return outcome;
}

async function refusesWithStatus(harness: Harness): Promise<void> {
  for (const status of [401, 403, 404, 503]) {
    const { failed } = await dialOnce(harness, (request) => request.reject(status));
    assert.equal(failed?.status, status);
    assert.notEqual(failed?.reason, "");
  }
}

async function refuses(harness: Harness): Promise<void> {
  const { failed, closed } = await dialOnce(harness, (request) => request.reject(403));
  if (closed) assert.equal(closed.code, 2, "raw QUIC refuses with code 2");
  else assert.ok(failed);
}

async function waitsForTheAnswer(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    let asked = 0;
    const later: (() => void)[] = [];
    stage.onRequest = (request) => {
      asked += 1;
      later.push(() => stage.admit(request));
      stage.signal.notify();
    };
    const dialled = stage.pair();
    await stage.until(() => asked === 1, "the request");
    assert.equal(stage.arrived.length, 0);
    for (const admit of later) admit();
    const pair = await dialled;
    await stage.settle(pair);
  });
}

async function answersOnce(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    stage.onRequest = (request) => {
      stage.admit(request);
      request.reject(403);
      stage.admit(request);
    };
    const pair = await stage.pair();
    await stage.settle(pair);
    assert.equal(stage.arrived.length, 1);
  });
}

async function cancelsADial(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    const events: string[] = [];
    const dialling = stage.endpoints.dial(
      { path: "/cancelled", protocols: harness.protocols },
      {
        onConnection: () => {
          events.push("connection");
          return new ConnectionRecord(stage.signal);
        },
        onFailed: () => events.push("failed"),
      },
    );
    dialling.cancel();
    dialling.cancel();
    const pair = await freshPair(stage);
    await stage.settle(pair);
    assert.deepEqual(events, []);
  });
}

/** A pair made while a cancelled dial may still come to the server. */
function freshPair(stage: Stage): Promise<Pair> {
  stage.onRequest = (request) => {
    if (request.info.path === "/cancelled") request.reject(403);
    else stage.admit(request);
  };
  return stage.pair("/fresh");
}

async function writesAtOnce(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    stage.whenConnected = (side) => {
      const { stream } = side.uni();
      stream.write(pattern(3_000, 1));
      stream.finish();
      side.bidi().stream.send.write(pattern(2_000, 2));
    };
    const { client, server } = await stage.pair();
    for (const { record } of [client, server]) {
      await stage.until(() => record.unis[0]?.record.fin === true, "the peer's first words");
      assert.equal(record.unis[0]?.record.length, 3_000);
      await stage.until(() => record.bidis[0]?.record.recv.length === 2_000, "the peer's second words");
    }
  });
}

async function clientClosesAtOnce(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    const before = await stage.pair();
    const record = new ConnectionRecord(stage.signal);
    stage.endpoints.dial(
      { path: "/", protocols: harness.protocols },
      {
        onConnection: (connection) => {
          connection.close(17, "at once");
          return record;
        },
        onFailed: (reason) => stage.signal.violation(`the dial failed: ${reason}`),
      },
    );
    await stage.until(() => record.closed !== undefined, "onClosed at the client");
    assert.deepEqual(record.closed, { code: 17, reason: "at once", by: "local" });
    await stage.settle(before);
    // The server need not have heard of that connection; if it has, it hears of its end.
    const [, server] = stage.arrived;
    await stage.until(() => server === undefined || server.record.closed !== undefined, "onClosed at the server");
    await stage.settle(await stage.pair("/after"));
  });
}

async function serverClosesAtOnce(harness: Harness): Promise<void> {
  const { failed, closed } = await dialOnce(harness, (request, stage) => {
    stage.whenConnected = ({ connection }) => connection.close(17, "at once");
    stage.admit(request);
  });
  // The end may overtake the beginning: then it is a dial that failed.
  if (!failed) assert.equal(closed?.code, 17);
}

export const handshakeCases: readonly Case[] = [
  { name: "both sides are told binding, direction, peer and protocol", run: tellsBothSides },
  { name: "path, query and authority reach the server", needs: "http", run: carriesPathAndAuthority },
  {
    name: "the server sees the offers in order and its choice reaches the client",
    needs: "offersList",
    run: showsTheRequest,
  },
  { name: "the status of a refusal reaches the dialler", needs: "http", run: refusesWithStatus },
  { name: "a refused dial fails", run: refuses },
  { name: "a client waits at the door until it is let in", run: waitsForTheAnswer },
  { name: "only the first answer to a request counts", run: answersOnce },
  { name: "both sides may write from inside onConnection", run: writesAtOnce },
  { name: "the client may close from inside onConnection", run: clientClosesAtOnce },
  { name: "the server may close from inside onConnection", run: serverClosesAtOnce },
  { name: "a cancelled dial gives no event", run: cancelsADial },
];
