/**
 * The suite that every implementation of the transport interface passes: memory, raw QUIC, WebTransport, WebSocket.
 *
 * An implementation's own test file describes itself with a `Harness` and runs everything:
 *
 * ```ts
 * import { test } from "node:test";
 * import { complianceSuite } from "@moq-relay/protocol/transport/compliance";
 *
 * complianceSuite("websocket", harness, { test });
 * ```
 *
 * What the harness owes the suite:
 *
 * - `open(options)` gives a fresh listener and a way to dial it, both with `options.limits`; every `ConnectionRequest` goes
 *   to `options.onRequest`. An implementation whose limits belong to the carrier makes fresh carriers, one for both sides
 *   or one for each. Cases run one after the other, each opens its own and closes it.
 * - An idle timeout of a few seconds at most, so that a peer that vanished is reported within the patience of the suite (20 s).
 * - The window of one received stream must be smaller than that of its connection: a paused stream alone must not stop
 *   the others.
 * - `capabilities` says what the binding cannot do; cases that need it are skipped with one line. All that is optional in
 *   `Endpoints` is reached only when its flag is set.
 *
 * Where a value is not exact, because bindings buffer differently, the cases use bounds that any sane buffering meets.
 */
import { backPressureCases } from "./back-pressure.ts";
import { byteCases } from "./byte-cases.ts";
import { closingCases } from "./closing.ts";
import { datagramCases } from "./datagrams.ts";
import { endingCases } from "./endings.ts";
import { faultCases } from "./faults.ts";
import { handshakeCases } from "./handshake.ts";
import type { Harness } from "./harness.ts";
import { isolationCases } from "./isolation.ts";
import { priorityCases } from "./priority.ts";
import { reentranceCases } from "./reentrance.ts";
import { statisticsCases } from "./statistics.ts";
import { streamCases } from "./streams.ts";
import { type Case, register, type Test } from "./suite.ts";
import { vectoredCases } from "./vectored.ts";

export type { Capabilities, DialOptions, Endpoints, Harness, OpenOptions, Terminable } from "./harness.ts";
export type { Test } from "./suite.ts";

const SUBJECTS: readonly (readonly Case[])[] = [
  handshakeCases,
  byteCases,
  endingCases,
  backPressureCases,
  streamCases,
  vectoredCases,
  closingCases,
  reentranceCases,
  priorityCases,
  datagramCases,
  isolationCases,
  faultCases,
  statisticsCases,
];

/** Registers every case under `name` with `tools.test` (that of `node:test`). */
export function complianceSuite(name: string, harness: Harness, tools: { readonly test: Test }): void {
  for (const cases of SUBJECTS) register(name, harness, cases, tools.test);
}
