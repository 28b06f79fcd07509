import assert from "node:assert/strict";
import { pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { onStage, type Pair, type Stage, withPair } from "./pair.ts";
import { ConnectionRecord } from "./recording.ts";
import type { Case } from "./suite.ts";

const LIMITS = { highMark: 1_000, lowMark: 500, maxStreamQueue: 50_000, maxConnectionQueue: 200_000 };

/** Everything that can be called, each watched for events that come from inside it. */
function callEverything({ client, server }: Pair, stage: Stage): void {
  const watched = <T>(run: () => T): T => stage.signal.call(run);
  const { carrier, handle } = client.connection;
  const uni = watched(() => client.uni());
  const bidi = watched(() => client.bidi());
  watched(() => uni.stream.write(pattern(10, 1)));
  watched(() => uni.stream.write(pattern(5_000, 1)));
  watched(() => bidi.stream.send.write(pattern(60_000, 1)));
  watched(() => uni.stream.setPriority(4));
  watched(() => uni.stream.finish());
  watched(() => uni.stream.reset(1));
  watched(() => bidi.stream.recv.pause());
  watched(() => bidi.stream.recv.resume());
  watched(() => bidi.stream.recv.stop(2));
  watched(() => client.connection.sendDatagram(pattern(10, 1)));
  watched(() => client.connection.stats());
  const out = new Uint32Array(1);
  const header = pattern(2_000, 1);
  watched(() =>
    carrier.openUni(Uint32Array.of(handle), header, Uint32Array.of(2_000), Int32Array.of(0), uni.record, out),
  );
  watched(() => carrier.write(out, pattern(60_000, 1)));
  watched(() => carrier.finish(out));
  watched(() => carrier.reset(out, 1));
  for (const { stream } of server.record.unis) {
    watched(() => stream.pause());
    watched(() => stream.resume());
    watched(() => stream.stop(1));
  }
  for (const { record } of server.record.unis) record.stopped = true;
}

async function waitsForTheCallToReturn(harness: Harness): Promise<void> {
  await withPair(harness, LIMITS, async (pair, stage) => {
    for (let round = 0; round < 5; round++) {
      callEverything(pair, stage);
      await stage.settle(pair);
    }
    stage.signal.call(() => pair.client.connection.close(1, ""));
    await stage.until(() => pair.client.record.closed !== undefined, "onClosed");
    await stage.until(() => pair.server.record.closed !== undefined, "onClosed at the server");
  });
}

async function waitsForTheEventToReturn(harness: Harness): Promise<void> {
  await withPair(harness, LIMITS, async (pair, stage) => {
    let rounds = 0;
    pair.client.record.whenBidi = ({ record }) => {
      record.recv.react = () => {
        if (!record.recv.fin || rounds === 3) return;
        rounds += 1;
        callEverything(pair, stage);
      };
    };
    for (let round = 0; round < 3; round++) {
      const { stream } = pair.server.bidi();
      stream.send.write(pattern(10, round));
      stream.send.finish();
      await stage.until(() => rounds === round + 1, "calls from inside an event");
      await stage.settle(pair);
    }
  });
}

async function waitsForTheDialToReturn(harness: Harness): Promise<void> {
  await onStage(harness, {}, async (stage) => {
    let admitting = false;
    stage.onRequest = (request) => {
      stage.signal.call(() => {
        admitting = true;
        request.accept(request.offers[0] ?? "", () => {
          if (admitting) stage.signal.violation("onConnection was called from inside accept");
          return new ConnectionRecord(stage.signal);
        });
        admitting = false;
      });
    };
    let dialling = true;
    let connected = false;
    const note = (what: string) => {
      if (dialling) stage.signal.violation(`${what} was called from inside dial`);
      connected = true;
      stage.signal.notify();
    };
    const record = new ConnectionRecord(stage.signal);
    stage.endpoints.dial(
      { path: "/", protocols: harness.protocols },
      {
        onConnection: () => {
          note("onConnection");
          return record;
        },
        onFailed: (reason) => assert.fail(reason),
      },
    );
    dialling = false;
    await stage.until(() => connected, "a connection");
  });
}

export const reentranceCases: readonly Case[] = [
  { name: "no event comes from inside a call", run: waitsForTheCallToReturn },
  { name: "no event comes from inside a call that is made from inside an event", run: waitsForTheEventToReturn },
  { name: "dial and accept return before anything is heard of them", run: waitsForTheDialToReturn },
];
