import type { VersionName } from "@moq-relay/protocol/wire";
import { quicMissing } from "../process/quic-addon.ts";
import { Agent } from "./agent/agent.ts";
import { type Row, sameCells, type Transport, VERSIONS_TRIED } from "./cell.ts";
import { CHECKS } from "./checks.ts";
import { Guest } from "./meeting.ts";
import { performAll } from "./perform.ts";
import { notServed, type Relays } from "./relays.ts";

/** The packages, by the name of the row and the name under which they are installed. */
const PACKAGES: Readonly<Record<string, string>> = {
  "@moq/net 0.3.4": "@moq/net",
  "@moq/net 0.3.3": "moq-net-0.3.3",
  "@moq/net 0.2.8": "moq-net-0.2.8",
  "@moq/net 0.1.9": "moq-net-0.1.9",
  "@moq/net 0.1.1": "moq-net-0.1.1",
  "@moq/lite 0.2.2": "@moq/lite",
};

/** What the other side of a check speaks: the newest version that the npm packages have. */
export const KNOWN_VERSION: VersionName = "moq-lite-05";

/**
 * The newest npm package, on the better of the transports that there are.
 *
 * @param video the file of a video that its frames are; absent: numbered frames.
 */
export function knownGood(video?: string): Agent {
  return Agent.npm("@moq/net", quicMissing() === undefined ? "WebTransport" : "WebSocket", video);
}

/** All rows of the npm packages, `at once` clients at a time. */
export async function npmRows(relays: Relays, known: Agent, atOnce: number): Promise<Row[]> {
  const transports: Transport[] = quicMissing() === undefined ? ["WebTransport", "WebSocket"] : ["WebSocket"];
  const jobs = Object.entries(PACKAGES).flatMap(([client, module]) =>
    transports.map((transport) => ({ client, module, transport })),
  );
  const rows: Row[][] = jobs.map(() => []);
  let next = 0;
  const work = async () => {
    for (let at = next++; at < jobs.length; at = next++) {
      const { client, module, transport } = jobs[at] as (typeof jobs)[number];
      rows[at] = await clientRows(relays, known, client, module, transport);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return rows.flat();
}

async function clientRows(
  relays: Relays,
  known: Agent,
  name: string,
  module: string,
  transport: Transport,
): Promise<Row[]> {
  const client = Agent.npm(module, transport);
  try {
    const [guest, preferred] = await Guest.dial(client, (await relays.get()).httpUrl, undefined);
    await guest.close();
    const rows: Row[] = [];
    for (const version of VERSIONS_TRIED) {
      const byItself = version === preferred;
      rows.push({ client: name, transport, version, byItself, cells: await cellsOf(relays, known, client, version) });
    }
    return rows;
  } finally {
    await client.stop();
  }
}

async function cellsOf(relays: Relays, known: Agent, client: Agent, version: VersionName): Promise<Row["cells"]> {
  try {
    // Versions 01 and 02 have one name on the wire, and the relay takes the better one unless it has no other.
    const relay = await (version === "moq-lite-01" ? relays.get(version, KNOWN_VERSION) : relays.get());
    const knownSide = { known, knownUrl: relay.httpUrl, knownVersion: KNOWN_VERSION };
    const offer = version === "moq-lite-01" ? "moq-lite-02" : version;
    return await performAll({ client, url: relay.httpUrl, offer, version, ...knownSide });
  } catch (error) {
    return sameCells({ outcome: "failed", why: notServed(version, error as Error) }, CHECKS);
  }
}
