import type { VersionName } from "@moq-relay/protocol/wire";
import { DemoPages } from "../browser/demo-pages.ts";
import type { Agent } from "./agent/agent.ts";
import { browserRows } from "./browser-rows.ts";
import { type Row, VERSIONS_TRIED } from "./cell.ts";
import { knownGood, npmRows } from "./npm-rows.ts";
import { referenceRows } from "./reference-rows.ts";
import { Relays } from "./relays.ts";

/** How many of the npm clients are looked at at a time. */
const AT_ONCE = 3;

/** The rows of the npm packages. */
export function tryNpm(): Promise<Row[]> {
  return withRelays((relays, known) => npmRows(relays, known, AT_ONCE));
}

/** The rows of the reference client. */
export function tryReference(): Promise<Row[]> {
  return withRelays(referenceRows);
}

/** The rows of the packages in a browser. `versions`: those to try; absent: all. */
export function tryBrowser(versions: readonly VersionName[] = VERSIONS_TRIED): Promise<Row[]> {
  return withRelays(async (relays) => {
    const pages = await DemoPages.open();
    try {
      return await browserRows(relays, pages, versions);
    } finally {
      await pages.close();
    }
  });
}

async function withRelays(rows: (relays: Relays, known: Agent) => Promise<Row[]>): Promise<Row[]> {
  const relays = new Relays();
  const known = knownGood();
  try {
    return await rows(relays, known);
  } finally {
    await known.stop();
    await relays.stop();
  }
}
