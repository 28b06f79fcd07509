import { WireError } from "../errors.ts";
import type { Framer } from "../framer.ts";
import type { Writer } from "../writer.ts";
import { decodeSubscribeDrop, encodeSubscribeDrop, type SubscribeDrop } from "./subscribe-drop.ts";
import { decodeSubscribeEnd, encodeSubscribeEnd, type SubscribeEnd } from "./subscribe-end.ts";
import { decodeSubscribeOk, encodeSubscribeOk, type SubscribeOk } from "./subscribe-ok.ts";
import { decodeSubscribeStart, encodeSubscribeStart, type SubscribeStart } from "./subscribe-start.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** What a publisher says on a subscribe stream: `ok` on 01-04, `start` and `end` on 05 and 06, `drop` on 03-06. */
export type SubscribeReply =
  | ({ readonly kind: "ok" } & SubscribeOk)
  | ({ readonly kind: "start" } & SubscribeStart)
  | ({ readonly kind: "end" } & SubscribeEnd)
  | ({ readonly kind: "drop" } & SubscribeDrop);

type Kind = SubscribeReply["kind"];

/** The type before a reply's length is its index here; an empty list means that there is no type, and only OK. */
const KINDS: Readonly<Record<Version["subscribeReply"], readonly Kind[]>> = {
  "ok-priority": [],
  "ok-empty": [],
  ok: ["ok", "drop"],
  start: ["start", "end", "drop"],
};

/** Takes the next reply from a subscribe stream; `undefined` when more is needed. moq-lite 01-06. */
export function readSubscribeReply(framer: Framer, version: Version): SubscribeReply | undefined {
  const kinds = KINDS[version.subscribeReply];
  if (kinds.length === 0) {
    const body = framer.message();
    return body && { kind: "ok", ...decodeSubscribeOk(body, version) };
  }
  const message = framer.typedMessage();
  if (message === undefined) return undefined;
  const { type, body } = message;
  switch (kinds[type]) {
    case "ok":
      return { kind: "ok", ...decodeSubscribeOk(body, version) };
    case "start":
      return { kind: "start", ...decodeSubscribeStart(body, version) };
    case "end":
      return { kind: "end", ...decodeSubscribeEnd(body, version) };
    case "drop":
      return { kind: "drop", ...decodeSubscribeDrop(body, version) };
    default:
      throw new WireError("unknown-type", `subscribe reply ${type}`);
  }
}

/** Writes a reply, with its type where the version has one. */
export function encodeSubscribeReply(writer: Writer, reply: SubscribeReply, version: Version): void {
  const kinds = KINDS[version.subscribeReply];
  const type = kinds.indexOf(reply.kind);
  requireMessage(type !== -1 || (kinds.length === 0 && reply.kind === "ok"), reply.kind, version);
  if (type !== -1) writer.varint(type);
  switch (reply.kind) {
    case "ok":
      encodeSubscribeOk(writer, reply, version);
      break;
    case "start":
      encodeSubscribeStart(writer, reply, version);
      break;
    case "end":
      encodeSubscribeEnd(writer, reply, version);
      break;
    case "drop":
      encodeSubscribeDrop(writer, reply, version);
      break;
  }
}
