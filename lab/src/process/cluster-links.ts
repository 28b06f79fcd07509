import type { RelayProcess } from "./relay-process.ts";

/** A link between relays, as one of them wrote it to its log when it came up. */
export interface LinkUp {
  /** What is at the other end: a root, another node, or a relay outside the cluster. */
  readonly kind: "root" | "node" | "foreign";
  /** The other end's name in the cluster. */
  readonly address: string;
  /** Whether this relay dialled. */
  readonly dialled: boolean;
}

/** All links that a relay of this repository has had since its start, the oldest first. */
export function linksOf(relay: RelayProcess): LinkUp[] {
  return relay.program.lines.flatMap((line) => {
    if (!line.startsWith("{") || !line.includes('"link up"')) return [];
    const { kind, address, by } = JSON.parse(line) as Pick<LinkUp, "kind" | "address"> & { readonly by: string };
    return [{ kind, address, dialled: by === "this relay" }];
  });
}
