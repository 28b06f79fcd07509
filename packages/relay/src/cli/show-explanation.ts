import type { Explanation, LinkEnd, Way } from "../admin/index.ts";
import { nameOf } from "./show-nodes.ts";
import { roundtrip, span, table } from "./table.ts";
import { clean } from "./text-line.ts";

const WAYS = ["", "WAY", "OVER", "VERSION", "RTT", "COST", "STATE", "WHY NOT"];
const STATES = ["stale", "suspect", "damped"] as const;
const TRACKS = ["TRACK", "READERS", "GROUPS", "OVER"];

/** Why a broadcast comes as it does, for people. `now`: milliseconds since 1970. */
export function showExplanation({ broadcast, complete, ways, tracks, addresses }: Explanation, now: number): string {
  const name = clean(broadcast) || '""';
  const rows = ways.map((way) => [
    way.taken ? "->" : "",
    [...way.hops.map((hop) => addresses[hop] ?? hop), "here"].join(" > "),
    over(way.link),
    typeof way.link === "string" ? "" : way.link.version,
    typeof way.link === "string" ? "" : roundtrip(way.link.rtt),
    cost(way),
    STATES.filter((state) => way[state]).join(", "),
    way.whyNot ?? "",
  ]);
  const lines = [
    summary(name, ways, now),
    ...(complete ? [] : ["The roots cannot be asked: this is what is known here.\n"]),
    ...(rows.length === 0 ? [] : [table(WAYS, rows)]),
    ...(tracks.length === 0 ? [] : [table(TRACKS, tracks.map(trackRow))]),
  ];
  return lines.join("\n");
}

function summary(name: string, ways: readonly Way[], now: number): string {
  const taken = ways.find((way) => way.taken);
  if (!taken) return ways.length === 0 ? `${name}: nobody has it.\n` : `${name}: no way to it can be used now.\n`;
  const { at, publisher, since, announced } = taken;
  const above = announced === name ? "" : `, announced as "${clean(announced)}"`;
  const where = at === undefined ? "" : ` at ${clean(nameOf(at)) || "this relay"}`;
  return `${name}: published${where} by ${publisher}, since ${span(now - Date.parse(since))}${above}.\n`;
}

function trackRow({ track, readers, groups, over: link }: Explanation["tracks"][number]): string[] {
  return [track, String(readers), String(groups), link === undefined ? "nothing" : over(link)];
}

function over(link: LinkEnd): string {
  return typeof link === "string" ? link : link.node || link.remote;
}

function cost({ cost: { warm, cold } }: Way): string {
  return warm === cold ? String(warm) : `${warm} (cold ${cold})`;
}
