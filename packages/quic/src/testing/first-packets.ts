import { createSocket } from "node:dgram";
import { once } from "node:events";
import { dial } from "../dial.ts";
import type { Engine } from "../engine.ts";

/** Dials that are begun at once. */
const BATCH = 50;

/**
 * Records what real clients send first, an Initial packet with a ClientHello each, by being a server that never answers. The
 * clients are gone when this returns.
 */
export async function recordFirstPackets(count: number, alpn: string, engine: Engine): Promise<Buffer[]> {
  const packets = new Map<string, Buffer>();
  const server = createSocket("udp4");
  server.on("message", (packet) => {
    const id = destinationId(packet);
    if (!packets.has(id)) packets.set(id, packet);
  });
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  const target = `127.0.0.1:${server.address().port}`;
  for (let wanted = 0; wanted < count; ) {
    wanted = Math.min(count, wanted + BATCH);
    const events = { onConnection: () => unexpected(), onFailed: () => {} };
    const dials = Array.from({ length: wanted - packets.size }, () =>
      dial(target, { protocols: [alpn], insecure: true, engine }, events),
    );
    while (packets.size < wanted) await once(server, "message");
    for (const dialling of dials) dialling.cancel();
  }
  server.close();
  return [...packets.values()];
}

/** Sends packets to a port of loopback, all from one address. */
export async function sendPackets(packets: readonly Uint8Array[], port: number): Promise<void> {
  const socket = createSocket("udp4");
  for (const packet of packets) {
    await new Promise((sent) => socket.send(packet, port, "127.0.0.1", sent));
  }
  socket.close();
}

/** Of a packet with a long header (RFC 9000, section 17.2): a length of one byte after form and version, then the id. */
function destinationId(packet: Buffer): string {
  return packet.toString("hex", 6, 6 + (packet[5] ?? 0));
}

function unexpected(): never {
  throw new Error("nobody has answered, and yet there is a connection");
}
