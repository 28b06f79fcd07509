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

/** Reads the settings out of a page URL such as `/?publish=http://127.0.0.1:4443&watch=http://127.0.0.1:4444`. */
export function readSettings(page: URL): Settings {
  const query = page.searchParams;
  return {
    publish: url(query.get("publish")),
    watch: url(query.get("watch")),
    name: query.get("name") ?? "demo.hang",
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

function url(text: string | null): URL | undefined {
  return text === null || !URL.canParse(text) ? undefined : new URL(text);
}

function choice<T extends string>(text: string | null, known: readonly [T, ...T[]] | readonly T[]): T {
  return known.find((each) => each === text) ?? (known[0] as T);
}

function positive(text: string | null, otherwise: number): number {
  const number = Number(text);
  return Number.isFinite(number) && number > 0 ? number : otherwise;
}
