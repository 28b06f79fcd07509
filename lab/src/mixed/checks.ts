import type { Row } from "../bench/report.ts";
import { NpmCrossing } from "../clients/npm-crossing.ts";
import { deliver, referenceMissing } from "../clients/reference-client.ts";
import type { RelayProcess } from "../process/relay-process.ts";
import type { Arrangement, Joined } from "./arrangement.ts";

const FEED = { instance: 1, frameRate: 30, groupSize: 30, frameSize: 1024 };
/** Groups of a second each that a broadcast has. */
const GROUPS = 3;

/** Over WebSocket these clients and the Rust relay 0.10 have no protocol in common. */
const BINDING = "webtransport";

/** One line of the table. */
export interface Finding extends Row {
  readonly arrangement: string;
  readonly direction: string;
  readonly client: string;
  readonly outcome: string;
}

/** Sends broadcasts both ways, with both clients; `when` goes into the name of the direction. */
export async function crossings({ name }: Arrangement, { ours, theirs }: Joined, when = ""): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [way, from, to] of [
    ["ours → Rust", ours, theirs],
    ["Rust → ours", theirs, ours],
  ] as const) {
    const row = { arrangement: name, direction: `${way}${when}` };
    // First the one that waits for a link that is only coming back: the other begins in any case, and misses what was before.
    findings.push({ ...row, client: "@moq/net 0.3.4", outcome: await outcomeOf(() => crossWithNpm(from, to)) });
    const reference = referenceMissing() ?? (await outcomeOf(() => crossWithReference(from, to)));
    findings.push({ ...row, client: "moq-rs 0.5.1", outcome: reference });
  }
  return findings;
}

/** "whole", or what went wrong in a line. */
export async function outcomeOf(check: () => Promise<void>): Promise<string> {
  try {
    await check();
    return "whole";
  } catch (error) {
    const { message } = error as Error;
    return /it has nothing|TimeoutError/.test(message) ? "nothing comes" : (message.split("\n")[0] ?? "failed");
  }
}

let crossed = 0;

/** A name of its own each time: what lingers of the one before is another publisher's. */
function freshName(): string {
  crossed += 1;
  return `crossing-${crossed}`;
}

async function crossWithReference(from: RelayProcess, to: RelayProcess): Promise<void> {
  const options = { name: freshName(), groups: GROUPS, groupSize: FEED.groupSize, rate: FEED.frameRate };
  const { received, missing, duplicated, altered } = await deliver(from.httpsUrl, to.httpsUrl, options, 40_000);
  const due = GROUPS * FEED.groupSize;
  if (received === due && missing.length + duplicated + altered === 0) return;
  throw new Error(`${received} of ${due} frames, ${duplicated} twice, ${altered} altered`);
}

async function crossWithNpm(from: RelayProcess, to: RelayProcess): Promise<void> {
  const crossing = new NpmCrossing(from, to, { broadcast: freshName(), feed: FEED, groups: GROUPS, binding: BINDING });
  try {
    await crossing.whole();
  } finally {
    await crossing.kill();
  }
}
