/** What the page's URL can say; see `page/settings.ts` for the defaults. */
export interface PageQuery {
  /** URL of the node at which the page publishes. */
  readonly publish?: string;
  /** URL of the node from which the page plays. */
  readonly watch?: string;
  /** Path of the broadcast; ends in ".hang", the catalog format. */
  readonly name?: string;
  readonly transport?: "auto" | "webtransport" | "websocket";
  readonly source?: "auto" | "camera" | "picture";
  /** Picture size, pixels, and rate, pictures per second. */
  readonly width?: number;
  readonly height?: number;
  readonly fps?: number;
}

/** The address of the page with this query. */
export function pageAddress(base: URL, query: PageQuery): URL {
  const url = new URL(base);
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  return url;
}
