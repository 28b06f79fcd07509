import { NpmCrossing } from "../clients/npm-crossing.ts";
import type { RelayProcess } from "../process/relay-process.ts";
import { pause } from "../process/wait.ts";
import type { Arrangement, Joined } from "./arrangement.ts";
import { crossings, type Finding, outcomeOf } from "./checks.ts";

/** How often the other side is killed in a row, each time as soon as it stands again. */
const KILLS = 5;
const OWN_FEED = { instance: 1, frameRate: 30, groupSize: 10, frameSize: 512 };

/**
 * Kills the Rust relay over and over while something flows within ours and between the two, then ours, and tries the
 * crossings again after each.
 */
export async function hardships(arrangement: Arrangement, joined: Joined): Promise<Finding[]> {
  const { name } = arrangement;
  const row = { arrangement: name, client: "@moq/net 0.3.4" };
  const flow = new NpmCrossing(joined.ours, joined.ours, { broadcast: "own", feed: OWN_FEED });
  const across = new NpmCrossing(joined.ours, joined.theirs, { broadcast: "across", feed: OWN_FEED });
  const findings: Finding[] = [];
  try {
    await flow.reaches(1);
    // Whether it crosses is seen elsewhere: here it is what is cut.
    await outcomeOf(() => across.reaches(1));
    const outcome = await outcomeOf(async () => {
      await storm(joined);
      await flow.moves(3);
      await flow.whole();
    });
    findings.push({ ...row, direction: `our own flow while Rust is killed ${KILLS} times`, outcome });
  } finally {
    await Promise.all([flow.kill(), across.kill()]);
  }
  findings.push({ ...row, direction: "our process after that", outcome: health(joined) });
  findings.push(...(await crossings(arrangement, joined, ", Rust restarted")));
  joined.ours = await replaced(joined, joined.ours);
  findings.push(...(await crossings(arrangement, joined, ", ours restarted")));
  findings.push({ ...row, direction: "our process in the end", outcome: health(joined) });
  return findings;
}

async function storm(joined: Joined): Promise<void> {
  for (let kill = 0; kill < KILLS; kill++) {
    joined.theirs = await replaced(joined, joined.theirs);
    // Long enough for a link, which is what is to be lost.
    await pause(1_500);
  }
}

/** Kills a relay and starts it again. */
async function replaced(joined: Joined, relay: RelayProcess): Promise<RelayProcess> {
  const next = await relay.restart("SIGKILL");
  joined.all[joined.all.indexOf(relay)] = next;
  return next;
}

/** A line of a stack trace, as Node prints it or within a line of the log. */
const STACK = /(^|\\n)\s+at .*[(:]/;

/** What our processes did that they must not: ended, or told a stack. */
export function health({ all }: Joined): string {
  const faults = all
    .filter(({ kind }) => kind.name.includes("TypeScript"))
    .flatMap(({ program }) => {
      const stack = program.lines.find((line) => STACK.test(line));
      if (program.ended) return [`${program.name} has ended`];
      return stack === undefined ? [] : [`${program.name}: ${stack.trim()}`];
    });
  return faults[0] ?? "whole";
}
