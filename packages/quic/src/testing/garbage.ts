import { createSocket } from "node:dgram";

/** A generator of numbers below 256 that a seed determines. */
function bytesFrom(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  };
}

function randomPacket(next: () => number, index: number): Buffer {
  const packet = Buffer.alloc(1 + next() * 6);
  for (let i = 0; i < packet.length; i++) packet[i] = next();
  // Every third one looks like the first packet of a QUIC connection.
  if (index % 3 === 0 && packet.length > 5) {
    packet[0] = 0xc0 | (packet[0] as number);
    packet.writeUInt32BE(1, 1);
  }
  return packet;
}

/** Sends `count` packets of random bytes to a port of loopback. The seed is in the error, should a test print it. */
export async function sendGarbage(port: number, count: number, seed: number): Promise<void> {
  const socket = createSocket("udp4");
  const next = bytesFrom(seed);
  for (let i = 0; i < count; i++) {
    await new Promise((sent) => socket.send(randomPacket(next, i), port, "127.0.0.1", sent));
  }
  socket.close();
}
