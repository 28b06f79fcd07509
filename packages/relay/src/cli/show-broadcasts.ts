import type { BroadcastList } from "../admin/index.ts";
import { nameOf } from "./show-nodes.ts";
import { count, table } from "./table.ts";

const HEADINGS = ["BROADCAST", "PUBLISHED AT", "READERS HERE", "TRACKS READ HERE"];

/** Broadcasts for people. */
export function showBroadcasts({ complete, truncated, broadcasts }: BroadcastList): string {
  const rows = broadcasts.map(({ name, at, readers, tracks }) => [
    name === "" ? '""' : name,
    at === undefined ? "?" : nameOf(at) || "here",
    String(readers),
    tracks.join(", "),
  ]);
  const notes = [
    `${count(broadcasts.length, "broadcast")}.`,
    ...(truncated ? ["There are more: ask below a prefix."] : []),
    ...(complete ? [] : ["The roots cannot be asked: these are the broadcasts known here."]),
  ];
  return `${rows.length === 0 ? "" : table(HEADINGS, rows)}${notes.join("  ")}\n`;
}
