import { createSocket } from "node:dgram";
import { createServer } from "node:net";

const LOOPBACK = "127.0.0.1";
const ATTEMPTS = 20;

/**
 * Finds a port of 127.0.0.1 that is free for TCP and for UDP: a relay takes both.
 *
 * @throws when none of a score of ports is free for both.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freeTcpPort();
    if (await freeUdpPort(port)) return port;
  }
  throw new Error(`no port is free for both TCP and UDP (${ATTEMPTS} tried)`);
}

/** Why these ports of 127.0.0.1 cannot be listened on; undefined when all of them can, for TCP and for UDP. */
export async function portsTaken(...ports: readonly number[]): Promise<string | undefined> {
  for (const port of ports) {
    const free = await freeTcpPort(port).catch(() => undefined);
    if (free === undefined || !(await freeUdpPort(port))) return `port ${port} is taken, or not allowed`;
  }
  return undefined;
}

/** The system chooses where `port` is 0. */
function freeTcpPort(port = 0): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      const chosen = address !== null && typeof address === "object" ? address.port : 0;
      server.close(() => resolve(chosen));
    });
  });
}

function freeUdpPort(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    socket.once("error", () => socket.close(() => resolve(false)));
    socket.bind(port, LOOPBACK, () => socket.close(() => resolve(true)));
  });
}
