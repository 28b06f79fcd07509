import type { Cursor } from "../cursor.ts";
import type { Framer } from "../framer.ts";
import {
  BIDI,
  decodeAnnounceInit,
  decodeAnnounceOk,
  decodeAnnounceRequest,
  decodeClientSetup,
  decodeFetch,
  decodeGoaway,
  decodeProbe,
  decodeServerSetup,
  decodeSessionInfo,
  decodeSetup,
  decodeSubscribe,
  decodeSubscribeUpdate,
  decodeTrackInfo,
  decodeTrackRequest,
  encodeAnnounceInit,
  encodeAnnouncement,
  encodeAnnounceOk,
  encodeAnnounceRequest,
  encodeClientSetup,
  encodeFetch,
  encodeGoaway,
  encodeProbe,
  encodeServerSetup,
  encodeSessionInfo,
  encodeSetup,
  encodeSubscribe,
  encodeSubscribeReply,
  encodeSubscribeUpdate,
  encodeTrackInfo,
  encodeTrackRequest,
  readAnnouncement,
  readSubscribeReply,
  UNI,
  type Version,
} from "../lite/index.ts";
import type { Writer } from "../writer.ts";

/** Something that stands on a stream: a message, perhaps with a type before it. */
export interface Kind {
  /** The stream type before it, if it is the first of its stream. */
  readonly streamType?: number;
  /** Takes it from behind the stream type; `undefined` when more is needed. */
  read(framer: Framer, version: Version): unknown;
  /** Writes it behind the stream type. */
  write(writer: Writer, value: unknown, version: Version): void;
}

type Decode<T> = (cursor: Cursor, version: Version) => T;
type Encode<T> = (writer: Writer, value: T, version: Version) => void;

function message<T>(decode: Decode<T>, encode: Encode<T>, streamType?: number): Kind {
  return {
    ...(streamType !== undefined && { streamType }),
    read(framer, version) {
      const body = framer.message();
      return body && decode(body, version);
    },
    write: (writer, value, version) => encode(writer, value as T, version),
  };
}

/** As `message`, with a 16-bit length. */
function message16<T>(decode: Decode<T>, encode: Encode<T>, streamType: number): Kind {
  return {
    streamType,
    read(framer, version) {
      const body = framer.message16();
      return body && decode(body, version);
    },
    write: (writer, value, version) => encode(writer, value as T, version),
  };
}

/** Every kind of vector but group streams and datagrams, by its name in `lite.txt`. */
export const KINDS: Readonly<Record<string, Kind>> = {
  "announce-stream": message(decodeAnnounceRequest, encodeAnnounceRequest, BIDI.announce),
  "announce-init": message(decodeAnnounceInit, encodeAnnounceInit),
  "announce-ok": message(decodeAnnounceOk, encodeAnnounceOk),
  announcement: { read: readAnnouncement, write: encodeAnnouncement as Encode<unknown> },
  "subscribe-stream": message(decodeSubscribe, encodeSubscribe, BIDI.subscribe),
  "subscribe-among-ours-stream": message(
    (cursor, version) => decodeSubscribe(cursor, version, true),
    encodeSubscribe,
    BIDI.subscribe,
  ),
  "subscribe-update": message(decodeSubscribeUpdate, encodeSubscribeUpdate),
  "subscribe-reply": { read: readSubscribeReply, write: encodeSubscribeReply as Encode<unknown> },
  "track-stream": message(decodeTrackRequest, encodeTrackRequest, BIDI.track),
  "track-info": message(decodeTrackInfo, encodeTrackInfo),
  "fetch-stream": message(decodeFetch, encodeFetch, BIDI.fetch),
  "fetch-among-ours-stream": message((cursor, version) => decodeFetch(cursor, version, true), encodeFetch, BIDI.fetch),
  probe: message(decodeProbe, encodeProbe),
  "goaway-stream": message(decodeGoaway, encodeGoaway, BIDI.goaway),
  "setup-stream": message(decodeSetup, encodeSetup, UNI.setup),
  "session-info": message(decodeSessionInfo, encodeSessionInfo),
  "client-setup-stream": message16(decodeClientSetup, encodeClientSetup, BIDI.clientSetup),
  "server-setup-stream": message16(decodeServerSetup, encodeServerSetup, BIDI.serverSetup),
};
