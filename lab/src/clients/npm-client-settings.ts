import type { LedgerSummary } from "../frames/frame-ledger.ts";

/** The versions of @moq/net that the lab has, by the name under which they are installed. */
export const NPM_CLIENTS: Readonly<Record<string, string>> = {
  "@moq/net 0.3.4": "@moq/net",
  "@moq/net 0.3.3": "moq-net-0.3.3",
  "@moq/net 0.2.8": "moq-net-0.2.8",
};

/** The binding that a client is made to use. */
export type ClientBinding = "websocket" | "webtransport";

/** What a client process is started with, as JSON in its first argument. */
export interface NpmClientSettings {
  /** The package to import. */
  readonly module: string;
  /** "list": hears what there is at and below the broadcast's path; "ask": subscribes whether it is announced or not. */
  readonly role: "publish" | "subscribe" | "list" | "ask";
  readonly binding: ClientBinding;
  /** The relay's `http:` URL. */
  readonly url: string;
  /** Further relays. Who has them dials again when a session ends, the next of the list each time (`Connection.Reload`). */
  readonly others?: readonly string[];
  readonly broadcast: string;
  readonly track: string;
  /** Of the publisher: what to make. */
  readonly feed?: Feed;
}

/** What a publisher makes. */
export interface Feed {
  /** Tells this run of the publisher from others; > 0. */
  readonly instance: number;
  /** Frames a second, frames in a group, and bytes of a frame. */
  readonly frameRate: number;
  readonly groupSize: number;
  readonly frameSize: number;
}

/** What a client process writes, a line of JSON each. `at` is when, in milliseconds since 1970 with fractions. */
export type NpmClientEvent = { readonly at: number } & NpmClientNews;

/** What happened in a client. */
export type NpmClientNews =
  | { readonly event: "connected"; readonly version: string; readonly transport: string; readonly url: string }
  /** The publisher handed its broadcast to the session, with a frame in it. */
  | { readonly event: "publishing" }
  /** The publisher ended with this group, whole. */
  | { readonly event: "published"; readonly lastGroup: number }
  /** The subscriber waits for the broadcast. */
  | { readonly event: "waiting" }
  /** The broadcast became available, or went. */
  | { readonly event: "announced"; readonly active: boolean }
  /** Of those who list: a broadcast, relative to the path that was asked, came or went. */
  | { readonly event: "listed"; readonly path: string; readonly active: boolean }
  /** Of those who ask: the subscription ended, without a frame, after so many milliseconds. */
  | { readonly event: "refused"; readonly after: number; readonly message: string }
  /** The first frame since the subscription began. */
  | { readonly event: "first-frame" }
  /** After each whole group. `latency` is the median of its frames, milliseconds. */
  | { readonly event: "progress"; readonly ledger: LedgerSummary; readonly altered: number; readonly latency: number }
  | { readonly event: "error"; readonly message: string };
