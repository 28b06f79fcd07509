import type { Cursor } from "../cursor.ts";
import type { HopId } from "../varint.ts";
import type { Writer } from "../writer.ts";

/**
 * Behind the last field of SUBSCRIBE and FETCH: whose bytes are meant. News that a path leads to another publisher may cross the
 * request on the link. Only between relays of this project, once both have said in their Setup that they do so: then it is always there.
 */
export interface NamedPublisher {
  /** The first hop of the way that is asked by, 0 for whoever it is. Absent towards others. */
  readonly publisher?: HopId | undefined;
}

export function readNamedPublisher(cursor: Cursor, named: boolean): NamedPublisher {
  return named ? { publisher: cursor.bigVarint("publisher") } : {};
}

export function writeNamedPublisher(writer: Writer, { publisher }: NamedPublisher): void {
  if (publisher !== undefined) writer.bigVarint(publisher);
}
