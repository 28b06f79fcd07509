import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VersionName } from "@moq-relay/protocol/wire";
import { DemoPages } from "../browser/demo-pages.ts";
import { makeClip } from "../video/video-clip.ts";
import type { Agent } from "./agent/agent.ts";
import { GROUP_SIZE } from "./agent/calls.ts";
import { browserRows } from "./browser-rows.ts";
import { type Row, VERSIONS_TRIED } from "./cell.ts";
import { knownGood, npmRows } from "./npm-rows.ts";
import { referenceRows } from "./reference-rows.ts";
import { Relays } from "./relays.ts";
import { rustCliRows } from "./rust-cli-rows.ts";

/** How many of the npm clients are looked at at a time. */
const AT_ONCE = 3;

/** More than any check writes. */
const CLIP_GROUPS = 12;

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

/** The rows of moq-cli, with a video. */
export async function tryRustCli(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "moq-cli-"));
  try {
    const video = join(folder, "clip.mp4");
    makeClip(video, CLIP_GROUPS, GROUP_SIZE);
    return await withRelays((relays, known) => rustCliRows(relays, known, video), video);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function withRelays(rows: (relays: Relays, known: Agent) => Promise<Row[]>, video?: string): Promise<Row[]> {
  const relays = new Relays();
  const known = knownGood(video);
  try {
    return await rows(relays, known);
  } finally {
    await known.stop();
    await relays.stop();
  }
}
