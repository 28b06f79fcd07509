import type { VersionName } from "@moq-relay/protocol/wire";
import type { Check } from "./checks.ts";

export type Transport = "raw QUIC" | "WebTransport" | "WebSocket";

/** Newest first, as in the table. */
export const VERSIONS_TRIED: readonly VersionName[] = [
  "moq-lite-06",
  "moq-lite-05",
  "moq-lite-04",
  "moq-lite-03",
  "moq-lite-02",
  "moq-lite-01",
];

/** What one run of one check has shown. */
export interface Cell {
  /** `none`: there is nothing to try, as `why` says. */
  readonly outcome: "ok" | "failed" | "none";
  /** What failed, or why there is nothing to try; absent when it is ok. */
  readonly why?: string;
}

/** One client on one transport in one version. */
export interface Row {
  readonly client: string;
  readonly transport: Transport;
  readonly version: VersionName;
  /** Whether the client chooses this version when it is left alone. */
  readonly byItself: boolean;
  readonly cells: Readonly<Record<Check, Cell>>;
}

/** A row all of whose cells say the same. */
export function sameCells(cell: Cell, checks: readonly Check[]): Record<Check, Cell> {
  return Object.fromEntries(checks.map((check) => [check, cell])) as Record<Check, Cell>;
}
