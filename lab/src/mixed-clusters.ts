/**
 * `npm run mixed-clusters -w lab`: this repository's relay in one cluster with Rust relays. A broadcast must cross each
 * arrangement both ways, whole; with `--hardship` also after each side was killed. Ends with 1 when one of ours does not.
 *
 *   --generation 0.10|0.14|0.17   only this generation
 *   --only WORDS                  only arrangements that have these words in their name
 *   --hardship                    kills both sides, and tries again
 *   --logs                        the logs of all relays where something is not whole
 */
import { parseArgs } from "node:util";
import { keep, printSetting, printTable } from "./bench/report.ts";
import type { Arrangement } from "./mixed/arrangement.ts";
import { crossings, type Finding } from "./mixed/checks.ts";
import { ClusterSecret } from "./mixed/cluster-secret.ts";
import { hardships, health } from "./mixed/hardship.ts";
import { WITH_010 } from "./mixed/with-010.ts";
import { WITH_014 } from "./mixed/with-014.ts";
import { WITH_017 } from "./mixed/with-017.ts";
import type { RelayKind } from "./process/relay-kind.ts";
import { rustRelay } from "./process/rust-relay.ts";
import { rustRelay010 } from "./process/rust-relay-010.ts";
import { rustRelay014 } from "./process/rust-relay-014.ts";

const GENERATIONS: Readonly<
  Record<string, { readonly relay: RelayKind; readonly arrangements: readonly Arrangement[] }>
> = {
  "0.17": { relay: rustRelay, arrangements: WITH_017 },
  "0.14": { relay: rustRelay014, arrangements: WITH_014 },
  "0.10": { relay: rustRelay010, arrangements: WITH_010 },
};

const { values: chosen } = parseArgs({
  options: {
    generation: { type: "string" },
    only: { type: "string", default: "" },
    hardship: { type: "boolean", default: false },
    logs: { type: "boolean", default: false },
  },
});

printSetting();
const secret = new ClusterSecret();
let broken = 0;
let tries = 0;
try {
  for (const [generation, { relay, arrangements }] of Object.entries(GENERATIONS)) {
    if (chosen.generation !== undefined && chosen.generation !== generation) continue;
    const missing = relay.missing();
    if (missing !== undefined) console.log(`\n${generation}: ${missing}`);
    else
      broken += await findings(
        relay,
        arrangements.filter(({ name }) => name.includes(chosen.only)),
      );
  }
} finally {
  secret.remove();
}
console.log(tries === 0 ? "\nnothing was tried" : broken === 0 ? "\nall whole" : `\n${broken} not whole`);
process.exit(tries > 0 && broken === 0 ? 0 : 1);

/** Tries arrangements, prints and keeps what was found. Returns how much of it is not whole and not Rust's own. */
async function findings(relay: RelayKind, arrangements: readonly Arrangement[]): Promise<number> {
  const rows: Finding[] = [];
  let notWhole = 0;
  for (const arrangement of arrangements) {
    tries += 1;
    const found = await tried(arrangement);
    for (const { direction, client, outcome } of found) {
      console.log(`${arrangement.name} · ${direction} · ${client}: ${outcome}`);
    }
    if (!arrangement.control) notWhole += found.filter(({ outcome }) => outcome !== "whole").length;
    rows.push(...found);
  }
  printTable(`One cluster of this relay and ${relay.name}`, rows);
  keep("mixed-clusters", { relay: relay.name, rows });
  return notWhole;
}

async function tried(arrangement: Arrangement): Promise<Finding[]> {
  const joined = await arrangement.join(secret);
  try {
    const found = await crossings(arrangement, joined);
    found.push({ arrangement: arrangement.name, direction: "our process", client: "–", outcome: health(joined) });
    if (chosen.hardship && !arrangement.control) found.push(...(await hardships(arrangement, joined)));
    if (chosen.logs && found.some(({ outcome }) => outcome !== "whole")) {
      for (const { program, log } of joined.all.map((one) => ({ program: one.program, log: one.log() }))) {
        console.log(`== ${program.name}\n${log}`);
      }
    }
    return found;
  } finally {
    await Promise.all(joined.all.map((one) => one.stop("SIGKILL")));
  }
}
