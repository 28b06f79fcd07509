import {
  type BidiEvents,
  type BidiStream,
  CONTROL_PRIORITY,
  type Connection,
  type SendStream,
} from "../../transport/index.ts";
import { Writer } from "../../wire/index.ts";

/** One writer serves all sessions: what is written is handed to the transport before anybody else writes. */
const writer = new Writer(1024);

/** Writes one or more messages to a stream, in one piece. */
export function send(stream: SendStream, write: (writer: Writer) => void): void {
  writer.clear();
  write(writer);
  stream.write(writer.view());
}

/** Opens a two-way stream that begins with one or more messages. */
export function ask(connection: Connection, events: BidiEvents, write: (writer: Writer) => void): BidiStream {
  return connection.openBidi(CONTROL_PRIORITY, events, encode(write));
}

/** The bytes of a header, valid until the next call of this or of `send`. */
export function encode(write: (writer: Writer) => void): Uint8Array {
  writer.clear();
  write(writer);
  return writer.view();
}
