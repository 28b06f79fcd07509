import { randomUUID } from "node:crypto";
import type { VersionName } from "@moq-relay/protocol/wire";
import type { DemoPage, DemoPages } from "../browser/demo-pages.ts";
import { until } from "../process/wait.ts";
import { type Cell, type Row, sameCells, type Transport, VERSIONS_TRIED } from "./cell.ts";
import { CHECKS, type Check } from "./checks.ts";
import { firstLine, notServed, type Relays } from "./relays.ts";

export const PUBLISHER = "@moq/publish 0.2.17 in Chromium";
export const PLAYER = "@moq/watch 0.4.6 in Chromium";

const BINDINGS = { WebTransport: "webtransport", WebSocket: "websocket" } as const;
type Binding = keyof typeof BINDINGS;

/** The best that the publisher's package speaks, and so what it falls back to beside a newer version. */
const PUBLISHER_BEST: Readonly<Record<Binding, VersionName>> = {
  WebTransport: "moq-lite-04",
  WebSocket: "moq-lite-02",
};

const CAMERA = { source: "camera", width: 320, height: 240, fps: 15 } as const;
/** Different pictures that prove that they move, and how long they are looked for, milliseconds. */
const MOVING = 5;
const WATCHED = 1_000;
/** How long a page may take to connect, play or notice, milliseconds. */
const PATIENCE = 15_000;

type Cells = Record<Check, Cell>;

/** Rows of the two packages that web pages use, on Chromium's own WebTransport and WebSocket: a camera and a player. */
export async function browserRows(relays: Relays, pages: DemoPages, versions: readonly VersionName[]): Promise<Row[]> {
  const publishers: Row[] = [];
  const players: Row[] = [];
  for (const transport of Object.keys(BINDINGS) as Binding[]) {
    const preferred = await preferredVersions(relays, pages, transport);
    for (const version of VERSIONS_TRIED.filter((one) => versions.includes(one))) {
      const { publisher, player } = await cellsOf(relays, pages, transport, version);
      const row = { transport: transport as Transport, version };
      publishers.push({ client: PUBLISHER, ...row, byItself: preferred.publisher === version, cells: publisher });
      players.push({ client: PLAYER, ...row, byItself: preferred.player === version, cells: player });
    }
  }
  return [...publishers, ...players];
}

/** What the pages choose at a relay that speaks everything. */
async function preferredVersions(relays: Relays, pages: DemoPages, transport: Binding) {
  const { httpUrl: url } = await relays.get();
  const page = await pages.page({
    ...CAMERA,
    publish: url,
    watch: url,
    transport: BINDINGS[transport],
    name: "any.hang",
  });
  try {
    const publisher = (await page.reaches("publisher", "live", PATIENCE)).version;
    const player = (await page.reaches("player", "live", PATIENCE)).version;
    return { publisher, player };
  } finally {
    await page.close();
  }
}

async function cellsOf(
  relays: Relays,
  pages: DemoPages,
  transport: Binding,
  version: VersionName,
): Promise<{ publisher: Cells; player: Cells }> {
  const best = PUBLISHER_BEST[transport];
  const served = version > best ? [version, best] : [version];
  try {
    const scene = new CameraScene(pages, (await relays.get(...served)).httpUrl, transport, version);
    return await scene.perform();
  } catch (error) {
    const cells = sameCells({ outcome: "failed", why: notServed(version, error as Error) }, CHECKS);
    return { publisher: cells, player: cells };
  }
}

/** One page with a camera, one with a player that waits for it, and one with a player that joins late. */
class CameraScene {
  readonly #pages: DemoPages;
  readonly #query;
  readonly #url: string;
  readonly #version: VersionName;
  readonly #open: DemoPage[] = [];

  constructor(pages: DemoPages, url: string, transport: Binding, version: VersionName) {
    this.#pages = pages;
    this.#url = url;
    this.#version = version;
    this.#query = { ...CAMERA, transport: BINDINGS[transport], name: `${randomUUID()}.hang` };
  }

  async perform(): Promise<{ publisher: Cells; player: Cells }> {
    const publisher = sameCells({ outcome: "none", why: "the page publishes only" }, CHECKS);
    const player = sameCells({ outcome: "none", why: "the page plays only" }, CHECKS);
    player.fetch = { outcome: "none", why: "the package does not use fetch" };
    player.datagram = { outcome: "none", why: "the package does not use datagrams" };
    try {
      const watching = await this.#page({ watch: this.#url });
      const camera = await this.#page({ publish: this.#url });
      const published = await cellOf(async () => void (await camera.reaches("publisher", "live", PATIENCE)));
      player.announce = await cellOf(async () => void (await watching.reaches("player", "live", PATIENCE)));
      const moved = await cellOf(() => moves(watching));
      player.subscribe = moved;
      player["late join"] = await cellOf(async () => moves(await this.#page({ watch: this.#url })));
      publisher.publish = published.outcome === "ok" ? moved : published;
      const spoken = {
        publisher: (await camera.facts("publisher")).version,
        player: (await watching.facts("player")).version,
      };
      await camera.leave();
      if (player.announce.outcome === "ok") {
        player.announce = await cellOf(async () => void (await watching.reaches("player", "waiting", PATIENCE)));
      }
      return { publisher: this.#ifSpoken(spoken.publisher, publisher), player: this.#ifSpoken(spoken.player, player) };
    } finally {
      for (const page of this.#open) await page.close();
    }
  }

  async #page(where: { publish?: string; watch?: string }): Promise<DemoPage> {
    const page = await this.#pages.page({ ...this.#query, ...where });
    this.#open.push(page);
    return page;
  }

  /** What a page did in another version tells nothing of this one, but that it does not speak it. */
  #ifSpoken(spoken: string | undefined, cells: Cells): Cells {
    if (spoken === undefined || spoken === this.#version) return cells;
    return sameCells({ outcome: "none", why: `the client chooses ${spoken} where there is ${this.#version}` }, CHECKS);
  }
}

async function moves(page: DemoPage): Promise<void> {
  const seen = new Set<string>();
  await until(
    "moving pictures",
    async () => {
      for (const picture of await page.watch(WATCHED)) seen.add(picture);
      seen.delete("blank");
      return seen.size >= MOVING;
    },
    PATIENCE,
  );
}

async function cellOf(run: () => Promise<void>): Promise<Cell> {
  try {
    await run();
    return { outcome: "ok" };
  } catch (error) {
    return { outcome: "failed", why: firstLine((error as Error).message) };
  }
}
