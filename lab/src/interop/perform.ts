import { randomUUID } from "node:crypto";
import { VERSIONS, type VersionName } from "@moq-relay/protocol/wire";
import { type Agent, ClientLacks } from "./agent/agent.ts";
import type { Cell } from "./cell.ts";
import { CHECKS, type Check, PERFORM } from "./checks.ts";
import { Guest } from "./meeting.ts";
import { firstLine } from "./relays.ts";

/** Where a row's checks take place, and who takes part. */
export interface Scene {
  readonly client: Agent;
  /** URL for the client, and what it may offer; absent: what it likes. */
  readonly url: string;
  readonly offer: VersionName | undefined;
  /** The version that is looked at. */
  readonly version: VersionName;
  readonly known: Agent;
  readonly knownUrl: string;
  readonly knownVersion: VersionName;
  /** All meet at the root: the client cannot say another path. */
  readonly atRoot?: boolean;
  /** What the client is known not to have: said instead of that it failed. */
  readonly lacks?: Partial<Record<Check, string>>;
}

/** What a client says when it has been given a version that it does not know. */
const NOT_SPOKEN = /unsupported WebTransport protocol/;

/** Runs the checks of one row, one after the other, each with sessions of its own. */
export async function performAll(scene: Scene): Promise<Record<Check, Cell>> {
  const cells: Partial<Record<Check, Cell>> = {};
  for (const check of CHECKS) {
    const cell = missing(scene.version, check) ?? (await perform(scene, check));
    const lack = scene.lacks?.[check];
    cells[check] = cell.outcome === "failed" && lack !== undefined ? { outcome: "none", why: lack } : cell;
  }
  return cells as Record<Check, Cell>;
}

async function perform(scene: Scene, check: Check): Promise<Cell> {
  const { client, url, offer, version, known, knownUrl, knownVersion } = scene;
  const guests: Guest[] = [];
  // A room of their own: @moq/lite 0.2.2 hears no more once anybody's hop id is above 2^53, and @moq/net 0.1 has such ids.
  const room = randomUUID();
  const enter = async (agent: Agent, url: string, offer: VersionName | undefined) => {
    const [guest, spoken] = await Guest.dial(agent, scene.atRoot ? url : `${url}/${room}`, offer);
    guests.push(guest);
    return { guest, spoken };
  };
  try {
    const subject = await enter(client, url, offer);
    if (subject.spoken !== "" && subject.spoken !== version) {
      return { outcome: "failed", why: `offered ${version} only, and they agreed on ${subject.spoken}` };
    }
    const publisher = await enter(known, knownUrl, knownVersion);
    const early = await enter(known, knownUrl, knownVersion);
    const meeting = { client: subject.guest, known: publisher.guest, early: early.guest };
    await PERFORM[check]({ ...meeting, path: `interop/${room}` });
    return { outcome: "ok" };
  } catch (error) {
    return cellOf(error as Error, version);
  } finally {
    await Promise.all(guests.map((guest) => guest.close()));
  }
}

/** What the version itself does not have. */
function missing(version: VersionName, check: Check): Cell | undefined {
  const { datagrams, fetchServed } = VERSIONS[version];
  if (check === "fetch" && !fetchServed) return { outcome: "none", why: "the version has no fetch" };
  if (check === "datagram" && !datagrams) return { outcome: "none", why: "the version has no datagrams" };
  return undefined;
}

function cellOf(error: Error, version: VersionName): Cell {
  if (NOT_SPOKEN.test(error.message)) return { outcome: "none", why: `the client does not speak ${version}` };
  if (error instanceof ClientLacks) return { outcome: "none", why: error.message };
  return { outcome: "failed", why: firstLine(error.message) };
}
