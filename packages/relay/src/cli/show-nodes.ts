import type { NodeList, NodeName, NodeReport } from "../admin/index.ts";
import { count, roundtrip, span, table } from "./table.ts";

const HEADINGS = ["NODE", "ID", "ROLE", "AGE", "LOAD", "VERSION", "RTT", "STATE", "LINKS"];

/** The nodes of a cluster for people. `now`: milliseconds since 1970. */
export function showNodes({ cluster, complete, nodes }: NodeList, now: number): string {
  if (!cluster) return "This relay is in no cluster.\n";
  const rows = nodes.map((node) => [
    `${nameOf(node)}${node.self ? " (asked)" : ""}`,
    node.id,
    roleOf(node),
    node.since === undefined ? "" : span(now - Date.parse(node.since)),
    node.load === undefined ? "" : `${Math.round(node.load * 100)} %`,
    node.version ?? "",
    roundtrip(node.rtt),
    stateOf(node),
    (node.links ?? []).map(nameOf).join(", "),
  ]);
  const note = complete ? "" : "  The roots cannot be asked: these are the nodes known here.";
  return `${table(HEADINGS, rows)}${count(nodes.length, "node")}.${note}\n`;
}

/** Its address; its id where it has said none. */
export function nameOf({ address, id }: NodeName): string {
  return address === "" ? id : address;
}

function roleOf({ root, standingIn }: NodeReport): string {
  if (root === undefined) return "";
  if (root) return "root";
  return standingIn ? "node, standing in for the roots" : "node";
}

function stateOf({ self, linked, stale, draining, since }: NodeReport): string {
  if (draining) return "draining";
  if (since !== undefined) return "serving";
  if (self || linked) return "linked, silent";
  return stale ? "in doubt" : "not linked";
}
