import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

const TABLES = ["/proc/net/udp", "/proc/net/udp6"] as const;

/** Why it cannot be told here which process a UDP port belongs to, in one line; `undefined` when it can. */
export function udpSourcesMissing(): string | undefined {
  return existsSync(TABLES[0]) ? undefined : `there is no ${TABLES[0]} here`;
}

/** The UDP ports that a process has just now; none when it has ended. */
export function udpPortsOf(pid: number): Set<number> {
  const sockets = socketsOf(pid);
  const ports = new Set<number>();
  for (const table of TABLES) {
    if (!existsSync(table)) continue;
    for (const line of readFileSync(table, "latin1").split("\n").slice(1)) {
      const columns = line.trim().split(/\s+/);
      const port = columns[1]?.split(":")[1];
      if (port !== undefined && sockets.has(`socket:[${columns[9]}]`)) ports.add(Number.parseInt(port, 16));
    }
  }
  return ports;
}

function socketsOf(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`;
  const sockets = new Set<string>();
  try {
    for (const name of readdirSync(folder)) sockets.add(linkOf(`${folder}/${name}`));
  } catch {
    // It has ended.
  }
  return sockets;
}

/** "" for what was closed in between. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
