import { resolve } from "node:path";
import type { VersionName } from "@moq-relay/protocol/wire";
import { referencePython } from "../clients/reference-client.ts";
import { Agent } from "./agent/agent.ts";
import { type Row, sameCells, type Transport, VERSIONS_TRIED } from "./cell.ts";
import { CHECKS } from "./checks.ts";
import { performAll, type Scene } from "./perform.ts";
import { firstLine, notServed, type Relays } from "./relays.ts";
import { spokenVersion } from "./spoken.ts";

/** The reference client, from PyPI. */
export const REFERENCE = "moq-rs 0.5.1";

const PROGRAM = resolve(import.meta.dirname, "../../python/interop_agent.py");
const TRANSPORTS: readonly Transport[] = ["raw QUIC", "WebTransport", "WebSocket"];
const LACKS: NonNullable<Scene["lacks"]> = { datagram: "the client has datagrams on QUIC only" };

/** All rows of the reference client: it offers all that it speaks, so the relay is one that has only the version wanted. */
export async function referenceRows(relays: Relays, known: Agent): Promise<Row[]> {
  return (await Promise.all(TRANSPORTS.map((transport) => rowsOn(relays, known, transport)))).flat();
}

async function rowsOn(relays: Relays, known: Agent, transport: Transport): Promise<Row[]> {
  const client = new Agent(`${REFERENCE} ${transport}`, { file: referencePython(), args: [PROGRAM, transport] });
  try {
    const preferred = await spokenVersion(await relays.get(), client);
    const rows: Row[] = [];
    for (const version of VERSIONS_TRIED) {
      const cells = await cellsOf(relays, known, client, transport, version);
      rows.push({ client: REFERENCE, transport, version, byItself: version === preferred, cells });
    }
    return rows;
  } finally {
    await client.stop();
  }
}

async function cellsOf(
  relays: Relays,
  known: Agent,
  client: Agent,
  transport: Transport,
  version: VersionName,
): Promise<Row["cells"]> {
  // The known-good client has no 06, and the two oldest have one name on the wire.
  const knownVersion = version === "moq-lite-06" ? "moq-lite-05" : version === "moq-lite-01" ? "moq-lite-02" : version;
  let relay: Awaited<ReturnType<Relays["get"]>>;
  try {
    relay = await (version === "moq-lite-06" ? relays.get(version, knownVersion) : relays.get(version));
  } catch (error) {
    return sameCells({ outcome: "failed", why: notServed(version, error as Error) }, CHECKS);
  }
  try {
    const spoken = await spokenVersion(relay, client);
    if (spoken !== version) return sameCells({ outcome: "failed", why: `they agreed on ${spoken}` }, CHECKS);
  } catch (error) {
    return sameCells({ outcome: "failed", why: firstLine((error as Error).message) }, CHECKS);
  }
  const url = relay.httpUrl;
  const lacks = transport === "WebSocket" ? LACKS : {};
  const atRoot = transport === "raw QUIC";
  return performAll({ client, url, offer: undefined, version, known, knownUrl: url, knownVersion, lacks, atRoot });
}
