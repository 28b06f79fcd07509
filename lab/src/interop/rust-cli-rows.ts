import { resolve } from "node:path";
import type { VersionName } from "@moq-relay/protocol/wire";
import { RUST_CLI } from "../clients/rust-cli.ts";
import { quicMissing } from "../process/quic-addon.ts";
import { Agent } from "./agent/agent.ts";
import { type Row, type Transport, VERSIONS_TRIED } from "./cell.ts";
import { Guest } from "./meeting.ts";
import { KNOWN_VERSION } from "./npm-rows.ts";
import { performAll, type Scene } from "./perform.ts";
import type { Relays } from "./relays.ts";

const PROGRAM = resolve(import.meta.dirname, "agent/rust-cli-agent.ts");
const LACKS: NonNullable<Scene["lacks"]> = { datagram: "the client has no datagrams" };

/**
 * All rows of moq-cli: it is told which version to offer.
 *
 * @param known publishes and reads the same video.
 * @param video the file, see `makeClip`.
 */
export async function rustCliRows(relays: Relays, known: Agent, video: string): Promise<Row[]> {
  const transports: Transport[] =
    quicMissing() === undefined ? ["raw QUIC", "WebTransport", "WebSocket"] : ["WebSocket"];
  const rows: Row[] = [];
  for (const transport of transports) rows.push(...(await rowsOn(relays, known, transport, video)));
  return rows;
}

async function rowsOn(relays: Relays, known: Agent, transport: Transport, video: string): Promise<Row[]> {
  // A group: the runs of moq-cli are its children, and must not outlive it.
  const command = { file: process.execPath, args: [PROGRAM, transport, video], group: true };
  const client = new Agent(`${RUST_CLI} ${transport}`, command);
  try {
    const { httpUrl: url } = await relays.get();
    const [guest, preferred] = await Guest.dial(client, url, undefined);
    await guest.close();
    const meeting = { client, url, known, knownUrl: url, knownVersion: KNOWN_VERSION, lacks: LACKS };
    const rows: Row[] = [];
    for (const version of VERSIONS_TRIED) {
      const scene: Scene = { ...meeting, offer: version, version, atRoot: transport === "raw QUIC" };
      const cells = await performAll(scene);
      rows.push({ client: RUST_CLI, transport, version, byItself: version === (preferred as VersionName), cells });
    }
    return rows;
  } finally {
    await client.stop();
  }
}
