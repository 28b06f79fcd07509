import type { Connection } from "../../transport/index.ts";
import { BIDI, encodeGoaway, encodeStreamType, MAX_URI, type Version } from "../../wire/index.ts";
import { ask } from "./output.ts";
import { Unheard } from "./unheard.ts";

const UTF8 = new TextEncoder();

/**
 * Says that this side will go away, on a stream of its own (bidi 5). A place that is too long for the message is no place.
 * moq-lite 04-06, Goaway.
 */
export function sayGoaway(connection: Connection, version: Version, uri: string): void {
  const stream = ask(connection, new Unheard(), (writer) => {
    encodeStreamType(writer, BIDI.goaway);
    encodeGoaway(writer, { uri: UTF8.encode(uri).length <= MAX_URI ? uri : "" }, version);
  });
  stream.send.finish();
}
