/**
 * `npm run rust-peer -w lab`: this repository's relay and the Rust relay as peers, joined by `cluster.connect`. Whoever dials,
 * a broadcast must cross the link both ways, whole. Ends with 1 when one does not.
 */
import { printSetting, printTable, type Row } from "./bench/report.ts";
import { NpmCrossing } from "./clients/npm-crossing.ts";
import { deliver, referenceMissing } from "./clients/reference-client.ts";
import { freePort } from "./process/free-port.ts";
import type { RelayKind } from "./process/relay-kind.ts";
import { RelayProcess } from "./process/relay-process.ts";
import { relayUnderTest } from "./process/relay-under-test.ts";
import { rustRelay } from "./process/rust-relay.ts";

const FEED = { instance: 1, frameRate: 30, groupSize: 30, frameSize: 1024 };
/** Groups of a second each that a broadcast has. */
const GROUPS = 5;

/** Who dials whom, and whether our relay with the link is the one that clients use or another node of its cluster. */
const LINKS = [
  { name: "we dial the Rust relay", weDial: true, theyDial: false, cluster: false },
  { name: "the Rust relay dials us", weDial: false, theyDial: true, cluster: false },
  { name: "both dial", weDial: true, theyDial: true, cluster: false },
  { name: "a node of our cluster dials it", weDial: true, theyDial: false, cluster: true },
  { name: "it dials a node of our cluster", weDial: false, theyDial: true, cluster: true },
] as const;
type Link = (typeof LINKS)[number];

printSetting();
const rows: Row[] = [];
for (const link of LINKS) rows.push(...(await crossings(link, relayUnderTest())));
printTable("Broadcasts between this relay and the Rust relay", rows);
const broken = rows.filter(({ outcome }) => outcome !== "whole");
console.log(broken.length === 0 ? "\nall whole" : `\n${broken.length} of ${rows.length} are not whole`);
process.exit(broken.length === 0 ? 0 : 1);

/** The relays of one case: clients use the first two. */
interface Joined {
  readonly ours: RelayProcess;
  readonly theirs: RelayProcess;
  readonly all: readonly RelayProcess[];
}

/** Sends broadcasts across a link, in both directions. */
async function crossings(link: Link, kind: RelayKind): Promise<Row[]> {
  const { ours, theirs, all } = await join(link, kind);
  try {
    const rows: Row[] = [];
    for (const [direction, from, to] of [
      ["ours → Rust", ours, theirs],
      ["Rust → ours", theirs, ours],
    ] as const) {
      rows.push({ link: link.name, direction, client: "moq-rs 0.5.1", outcome: await crossWithReference(from, to) });
      rows.push({ link: link.name, direction, client: "@moq/net 0.3.4", outcome: await crossWithNpm(from, to) });
    }
    return rows;
  } finally {
    await Promise.all(all.map((relay) => relay.stop()));
  }
}

/** Starts the relays, joined as `link` says. */
async function join(link: Link, kind: RelayKind): Promise<Joined> {
  const [ourPort, theirPort] = [await freePort(), await freePort()];
  const peer = (port: number, dials: boolean) => (dials ? [`https://127.0.0.1:${port}`] : []);
  const root = link.cluster ? [await RelayProcess.start(kind)] : [];
  const place = root.map(({ port }) => ({ rootPort: port }))[0] ?? {};
  const linked = await RelayProcess.start(kind, { port: ourPort, connect: peer(theirPort, link.weDial), ...place });
  const theirs = await RelayProcess.start(rustRelay, { port: theirPort, connect: peer(ourPort, link.theyDial) });
  const ours = link.cluster ? await RelayProcess.start(kind, place) : linked;
  return { ours, theirs, all: [...new Set([...root, linked, theirs, ours])] };
}

async function crossWithReference(from: RelayProcess, to: RelayProcess): Promise<string> {
  const missing = referenceMissing();
  if (missing !== undefined) return missing;
  try {
    // A name of its own: the client before vanished without a word, and its broadcast lingers until the next one replaces it.
    const name = `from-${from.port}`;
    const options = { name, groups: GROUPS, groupSize: FEED.groupSize, rate: FEED.frameRate };
    const { received, missing, duplicated, altered } = await deliver(from.httpsUrl, to.httpsUrl, options);
    const due = GROUPS * FEED.groupSize;
    if (received === due && missing.length + duplicated + altered === 0) return "whole";
    return `${received} of ${due} frames, ${duplicated} twice, ${altered} altered`;
  } catch (error) {
    return lastLine(error);
  }
}

async function crossWithNpm(from: RelayProcess, to: RelayProcess): Promise<string> {
  const crossing = new NpmCrossing(from, to, { feed: FEED, groups: GROUPS });
  try {
    await crossing.whole();
    return "whole";
  } catch (error) {
    return lastLine(error);
  } finally {
    await crossing.kill();
  }
}

function lastLine(error: unknown): string {
  return (error as Error).message.trim().split("\n").at(-1) ?? "failed";
}
