/**
 * `npm run rust-peer -w lab`: this repository's relay and the Rust relay as peers, joined by `cluster.connect`. Whoever dials,
 * a broadcast must cross the link both ways, whole. Ends with 1 when one does not.
 */
import { printSetting, printTable, type Row } from "./bench/report.ts";
import { NpmPublisher, NpmSubscriber } from "./clients/npm-client.ts";
import { NPM_CLIENTS } from "./clients/npm-client-settings.ts";
import { deliver, referenceMissing } from "./clients/reference-client.ts";
import { freePort } from "./process/free-port.ts";
import type { RelayKind } from "./process/relay-kind.ts";
import { RelayProcess } from "./process/relay-process.ts";
import { relayUnderTest } from "./process/relay-under-test.ts";
import { rustRelay } from "./process/rust-relay.ts";

const FEED = { instance: 1, frameRate: 30, groupSize: 30, frameSize: 1024 };
/** Groups of a second each that a broadcast has. */
const GROUPS = 5;

/** Who dials whom. */
const LINKS = [
  { name: "we dial the Rust relay", weDial: true, theyDial: false },
  { name: "the Rust relay dials us", weDial: false, theyDial: true },
  { name: "both dial", weDial: true, theyDial: true },
] as const;

printSetting();
const rows: Row[] = [];
for (const link of LINKS) rows.push(...(await crossings(link, relayUnderTest())));
printTable("Broadcasts between this relay and the Rust relay", rows);
const broken = rows.filter(({ outcome }) => outcome !== "whole");
console.log(broken.length === 0 ? "\nall whole" : `\n${broken.length} of ${rows.length} are not whole`);
process.exit(broken.length === 0 ? 0 : 1);

/** Starts the two relays, joins them, and sends broadcasts across in both directions. */
async function crossings(link: (typeof LINKS)[number], kind: RelayKind): Promise<Row[]> {
  const [ourPort, theirPort] = [await freePort(), await freePort()];
  const peer = (port: number, dials: boolean) => (dials ? [`https://127.0.0.1:${port}`] : []);
  const ours = await RelayProcess.start(kind, { port: ourPort, connect: peer(theirPort, link.weDial) });
  const theirs = await RelayProcess.start(rustRelay, { port: theirPort, connect: peer(ourPort, link.theyDial) });
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
    await Promise.all([ours.stop(), theirs.stop()]);
  }
}

async function crossWithReference(from: RelayProcess, to: RelayProcess): Promise<string> {
  const missing = referenceMissing();
  if (missing !== undefined) return missing;
  try {
    const options = { groups: GROUPS, groupSize: FEED.groupSize, rate: FEED.frameRate };
    const { received, missing, duplicated, altered } = await deliver(from.httpsUrl, to.httpsUrl, options);
    const due = GROUPS * FEED.groupSize;
    if (received === due && missing.length + duplicated + altered === 0) return "whole";
    return `${received} of ${due} frames, ${duplicated} twice, ${altered} altered`;
  } catch (error) {
    return lastLine(error);
  }
}

async function crossWithNpm(from: RelayProcess, to: RelayProcess): Promise<string> {
  const module = NPM_CLIENTS["@moq/net 0.3.4"] ?? "";
  const settings = { module, binding: "websocket" as const, broadcast: `npm/${from.port}`, track: "frames" };
  const publisher = new NpmPublisher({ ...settings, url: from.httpUrl }, FEED);
  const subscriber = new NpmSubscriber({ ...settings, url: to.httpUrl });
  try {
    await subscriber.reaches(1, GROUPS);
    const { ledger, altered } = await subscriber.reaches(1, await publisher.finish());
    if (ledger.missing + ledger.duplicated + altered === 0) return "whole";
    return `${ledger.missing} missing, ${ledger.duplicated} twice, ${altered} altered`;
  } catch (error) {
    return lastLine(error);
  } finally {
    await Promise.all([publisher.kill(), subscriber.kill()]);
  }
}

function lastLine(error: unknown): string {
  return (error as Error).message.trim().split("\n").at(-1) ?? "failed";
}
