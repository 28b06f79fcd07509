import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { udpPortsOf, udpSourcesMissing } from "./udp-sources.ts";

test("a process has the UDP ports that it has opened, until it closes them", {
  skip: udpSourcesMissing() ?? false,
}, async () => {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  assert.ok(udpPortsOf(process.pid).has(port));
  await new Promise<void>((closed) => socket.close(closed));
  assert.ok(!udpPortsOf(process.pid).has(port));
});

test("a process that is not there has none", { skip: udpSourcesMissing() ?? false }, () => {
  assert.equal(udpPortsOf(2 ** 30).size, 0);
});
