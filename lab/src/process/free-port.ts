import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const LOOPBACK = "127.0.0.1";
const ATTEMPTS = 20;

/** Below those that the system gives to whoever dials, and above those that browsers refuse. */
const LOWEST = 20_000;
const COUNT = 12_000;
/** What was found before may not be listened on yet. */
const given = new Set<number>();

/**
 * Finds a port of 127.0.0.1 that is free for TCP and for UDP: a relay takes both. No port is found twice.
 *
 * @throws when none of a score of ports is free for both.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST + randomInt(COUNT);
    if (given.has(port)) continue;
    given.add(port);
    if ((await portsTaken(port)) === undefined) return port;
  }
  throw new Error(`no port is free for both TCP and UDP (${ATTEMPTS} tried)`);
}

/** Why these ports of 127.0.0.1 cannot be listened on; undefined when all of them can, for TCP and for UDP. */
export async function portsTaken(...ports: readonly number[]): Promise<string | undefined> {
  for (const port of ports) {
    if (!(await isFreeForTcp(port)) || !(await isFreeForUdp(port))) return `port ${port} is taken, or not allowed`;
  }
  return undefined;
}

function isFreeForTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once("error", () => resolve(false));
    server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  });
}

function isFreeForUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => socket.close(() => resolve(false)));
    socket.bind(port, LOOPBACK, () => socket.close(() => resolve(true)));
  });
}
