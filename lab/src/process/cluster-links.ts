import type { RelayProcess } from "./relay-process.ts";

/** A link between relays, as one of them wrote it to its log when it came up. */
export interface LinkUp {
  /** What is at the other end: a root, another node, or a relay outside the cluster. */
  readonly kind: "root" | "node" | "foreign";
  /** The other end's name in the cluster. */
  readonly address: string;
  readonly dialled: boolean;
}

/** All links that a relay of this repository has had since its start, the oldest first. */
export function linksOf(relay: RelayProcess): LinkUp[] {
  return relay.program.lines.flatMap((line) => {
    if (!line.startsWith("{") || !line.includes('"link up"')) return [];
    const { kind, address, dialled } = JSON.parse(line) as LinkUp;
    return [{ kind, address, dialled }];
  });
}
