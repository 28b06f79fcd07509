import type { Framer } from "../framer.ts";
import type { Writer } from "../writer.ts";
import { type Announce, decodeAnnounce, encodeAnnounce } from "./announce.ts";
import { type AnnounceEnd, decodeAnnounceEnd, encodeAnnounceEnd } from "./announce-end.ts";
import {
  type AnnounceIncarnation,
  decodeAnnounceIncarnation,
  encodeAnnounceIncarnation,
  INCARNATION,
} from "./announce-incarnation.ts";
import { type AnnounceRestart, decodeAnnounceRestart, encodeAnnounceRestart } from "./announce-restart.ts";
import { type AnnounceStart, decodeAnnounceStart, encodeAnnounceStart } from "./announce-start.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

const START = 0;
const END = 1;
const RESTART = 2;

/**
 * What follows the first answer on an announce stream, in either form: ANNOUNCE by path (01-05), or START, END and
 * RESTART by id (06). `unknown` is a typed message to pass over; it takes no id.
 */
export type Announcement =
  | ({ readonly kind: "status" } & Announce)
  | ({ readonly kind: "start" } & AnnounceStart)
  | ({ readonly kind: "end" } & AnnounceEnd)
  | ({ readonly kind: "restart" } & AnnounceRestart)
  | ({ readonly kind: "incarnation" } & AnnounceIncarnation)
  | { readonly kind: "unknown"; readonly type: number };

/** Takes the next announcement from a stream; `undefined` when more is needed. moq-lite 01-06. */
export function readAnnouncement(framer: Framer, version: Version): Announcement | undefined {
  if (version.announcements === "status") {
    const body = framer.message();
    return body && { kind: "status", ...decodeAnnounce(body, version) };
  }
  const message = framer.typedMessage();
  if (message === undefined) return undefined;
  switch (message.type) {
    case START:
      return { kind: "start", ...decodeAnnounceStart(message.body, version) };
    case END:
      return { kind: "end", ...decodeAnnounceEnd(message.body, version) };
    case RESTART:
      return { kind: "restart", ...decodeAnnounceRestart(message.body, version) };
    case INCARNATION:
      return { kind: "incarnation", ...decodeAnnounceIncarnation(message.body) };
    default:
      return { kind: "unknown", type: message.type };
  }
}

/** Writes an announcement, with its type where the version has one. */
export function encodeAnnouncement(
  writer: Writer,
  announcement: Exclude<Announcement, { kind: "unknown" }>,
  version: Version,
): void {
  requireMessage((version.announcements === "status") === (announcement.kind === "status"), announcement.kind, version);
  switch (announcement.kind) {
    case "status":
      encodeAnnounce(writer, announcement, version);
      break;
    case "start":
      writer.varint(START);
      encodeAnnounceStart(writer, announcement, version);
      break;
    case "end":
      writer.varint(END);
      encodeAnnounceEnd(writer, announcement, version);
      break;
    case "restart":
      writer.varint(RESTART);
      encodeAnnounceRestart(writer, announcement, version);
      break;
    case "incarnation":
      writer.varint(INCARNATION);
      encodeAnnounceIncarnation(writer, announcement);
      break;
  }
}
