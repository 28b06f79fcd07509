import assert from "node:assert/strict";
import { firstDifference, pattern } from "./bytes.ts";
import type { Harness } from "./harness.ts";
import { type Pair, type Side, withPair } from "./pair.ts";
import type { Case } from "./suite.ts";

/** Sends datagrams until one arrives: they are allowed to get lost. */
async function delivers(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    for (const [from, to] of directions(pair)) {
      const size = Math.min(1_000, from.connection.maxDatagramSize);
      for (let i = 0; i < 50 && to.record.datagrams.length === 0; i++) {
        const buffer = pattern(size, 7);
        assert.equal(from.connection.sendDatagram(buffer), true);
        buffer.fill(0);
        await stage.settle(pair);
      }
      const first = to.record.datagrams[0];
      assert.ok(first, "one of fifty arrives");
      assert.equal(firstDifference(first, pattern(size, 7)), -1);
    }
  });
}

function directions({ client, server }: Pair): readonly (readonly [Side, Side])[] {
  return [
    [client, server],
    [server, client],
  ];
}

async function keepsTheLimit(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const { connection } = pair.client;
    const size = connection.maxDatagramSize;
    assert.ok(size >= 1_000, `${size} bytes`);
    assert.equal(connection.sendDatagram(new Uint8Array(size + 1)), false);
    for (let i = 0; i < 50 && pair.server.record.datagrams.length === 0; i++) {
      connection.sendDatagram(pattern(Math.min(size, connection.maxDatagramSize), 1));
      await stage.settle(pair);
    }
    assert.notEqual(pair.server.record.datagrams.length, 0, "the largest size arrives");
    assert.ok(pair.server.record.datagrams.every((datagram) => datagram.length <= size));
  });
}

async function saysWhenThereAreNone(harness: Harness): Promise<void> {
  await withPair(harness, {}, async ({ client, server }) => {
    for (const { connection } of [client, server]) {
      assert.equal(connection.maxDatagramSize, 0);
      assert.equal(connection.sendDatagram(Uint8Array.of(1)), false);
    }
  });
}

async function survivesAFlood(harness: Harness): Promise<void> {
  await withPair(harness, {}, async (pair, stage) => {
    const datagram = pattern(900, 1);
    for (let i = 0; i < 5_000; i++) pair.client.connection.sendDatagram(datagram);
    await stage.settle(pair);
    const { datagrams } = pair.server.record;
    assert.ok(datagrams.length > 0 && datagrams.length <= 5_000);
    assert.ok(datagrams.every((arrived) => firstDifference(arrived, datagram) === -1));
  });
}

export const datagramCases: readonly Case[] = [
  { name: "datagrams arrive whole, both ways", needs: "datagrams", run: delivers },
  {
    name: "a datagram above the size limit is refused, one of that size arrives",
    needs: "datagrams",
    run: keepsTheLimit,
  },
  { name: "a flood of datagrams leaves the streams alone", needs: "datagrams", run: survivesAFlood },
  { name: "a binding without datagrams says so", unless: "datagrams", run: saysWhenThereAreNone },
];
