import type { Path } from "@moq-relay/protocol/model";
import type { Announcer, Cancel } from "@moq-relay/protocol/session";
import type { RouteTable, View } from "../routing/index.ts";

/** Answers a peer's request with what the table has, now and from now on; with nothing when too many listen. */
export function announceFrom(table: RouteTable, prefix: Path, view: View, announcer: Announcer): Cancel {
  const stop = table.listen(prefix, view, announcer);
  if (stop) return stop;
  announcer.begin([]);
  return () => {};
}
