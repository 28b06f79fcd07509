/** Which binding the page's sessions use: "auto" lets the client race both, as it does by default. */
export type TransportChoice = "auto" | "webtransport" | "websocket";

/** Where the published pictures come from: "auto" is the camera, and the test picture where there is none. */
export type SourceChoice = "auto" | "camera" | "picture";

/** What the query of the page's URL says. */
export interface Settings {
  /** URL of the node at which to publish; absent: this page does not publish. */
  readonly publish: URL | undefined;
  /** URL of the node from which to watch; absent: this page does not watch. */
  readonly watch: URL | undefined;
  /** Path of the broadcast below the root that the two URLs name. */
  readonly name: string;
  readonly transport: TransportChoice;
  readonly source: SourceChoice;
  /** Size of the published picture, pixels. */
  readonly width: number;
  readonly height: number;
  /** Published pictures per second. */
  readonly frameRate: number;
}

const TRANSPORTS: readonly TransportChoice[] = ["auto", "webtransport", "websocket"];
const SOURCES: readonly SourceChoice[] = ["auto", "camera", "picture"];

/**
 * Reads the settings out of a page URL such as `/?publish=127.0.0.1:4443&watch=127.0.0.1:4444`. Where it names no node at
 * all, it is the one that the page came from: a relay in development mode serves it.
 */
export function readSettings(page: URL): Settings {
  const query = page.searchParams;
  const named = query.has("publish") || query.has("watch");
  const own = new URL(page.origin);
  return {
    publish: named ? nodeUrl(query.get("publish")) : own,
    watch: named ? nodeUrl(query.get("watch")) : own,
    name: broadcastName(query.get("name")),
    transport: choice(query.get("transport"), TRANSPORTS),
    source: choice(query.get("source"), SOURCES),
    width: positive(query.get("width"), 640),
    height: positive(query.get("height"), 480),
    frameRate: positive(query.get("fps"), 30),
  };
}

/** The address of this page with another transport. */
export function withTransport(page: URL, transport: TransportChoice): URL {
  const url = new URL(page);
  url.searchParams.set("transport", transport);
  return url;
}

/** A node as people write it: without the scheme where that is `http`. */
export function shortAddress(url: URL): string {
  return url.protocol === "http:" && url.pathname === "/" ? url.host : url.href;
}

function nodeUrl(text: string | null): URL | undefined {
  const written = text?.trim() ?? "";
  if (written === "") return undefined;
  const url = written.includes("://") ? written : `http://${written}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** The end of the name says in which format the catalog is; without one the player would not know. */
function broadcastName(text: string | null): string {
  const name = text?.trim() || "demo.hang";
  return /\.\w+$/.test(name) ? name : `${name}.hang`;
}

function choice<T extends string>(text: string | null, known: readonly [T, ...T[]] | readonly T[]): T {
  return known.find((each) => each === text) ?? (known[0] as T);
}

function positive(text: string | null, otherwise: number): number {
  const number = Number(text);
  return Number.isFinite(number) && number > 0 ? number : otherwise;
}
