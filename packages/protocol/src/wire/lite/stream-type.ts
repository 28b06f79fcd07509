import type { Writer } from "../writer.ts";
import type { Version } from "./versions.ts";

/** First varint of a two-way stream. moq-lite: stream types. */
export const BIDI = {
  session: 0,
  announce: 1,
  subscribe: 2,
  fetch: 3,
  probe: 4,
  goaway: 5,
  track: 6,
  clientSetup: 0x20,
  serverSetup: 0x21,
} as const;

/** First varint of a one-way stream. moq-lite: stream types. */
export const UNI = {
  group: 0,
  setup: 1,
} as const;

export type BidiKind = "announce" | "subscribe" | "fetch" | "probe" | "goaway" | "track" | "setup-exchange";
export type UniKind = "group" | "setup";

/** What a two-way stream of this type is in this version; `undefined` is one to reset, and the session lives on. */
export function bidiKind(type: number, version: Version): BidiKind | undefined {
  switch (type) {
    case BIDI.announce:
      return "announce";
    case BIDI.subscribe:
      return "subscribe";
    case BIDI.fetch:
      return version.fetch ? "fetch" : undefined;
    case BIDI.probe:
      return version.probe === "none" ? undefined : "probe";
    case BIDI.goaway:
      return version.goaway ? "goaway" : undefined;
    case BIDI.track:
      return version.trackInfo ? "track" : undefined;
    case BIDI.clientSetup:
      return version.setup === "exchange" ? "setup-exchange" : undefined;
    default:
      return undefined;
  }
}

/** What a one-way stream of this type is in this version; `undefined` is one to stop, and the session lives on. */
export function uniKind(type: number, version: Version): UniKind | undefined {
  if (type === UNI.group) return "group";
  return type === UNI.setup && version.setup === "stream" ? "setup" : undefined;
}

/** Writes the bare varint that begins a stream. */
export function encodeStreamType(writer: Writer, type: number): void {
  writer.varint(type);
}
