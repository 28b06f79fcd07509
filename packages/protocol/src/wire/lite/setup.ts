import { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import { MAX_PARAMETERS, MAX_URI } from "../limits.ts";
import type { HopId } from "../varint.ts";
import { Writer } from "../writer.ts";
import { requireMessage } from "./unsupported.ts";
import type { Version } from "./versions.ts";

/** Ids of the parameters that the drafts define. */
const PROBE = 1;
const PATH = 2;
const ROLE = 3;
const COST = 4;
const HOP = 5;

const PROBE_LEVELS = ["none", "report", "increase"] as const;
const ROLES = ["both", "publisher", "subscriber"] as const;

/** A parameter that the drafts do not define. */
export interface SetupParameter {
  readonly id: number;
  readonly value: Uint8Array;
}

/** SETUP: what each side says of itself, once, on a stream of its own (uni 1). moq-lite 05 and 06. */
export interface Setup {
  /** What PROBE streams toward the sender get. */
  readonly probe: (typeof PROBE_LEVELS)[number];
  /** Client: path and query of the request, on bindings that have no URL. */
  readonly path: string | undefined;
  /** Client: what it will be, which can only narrow what it may. */
  readonly role: (typeof ROLES)[number];
  /** Client: the price of this link, up to `MAX_COST`. */
  readonly cost: number | undefined;
  /** The sender's identity in hop lists; 0 for none. */
  readonly hop: HopId;
  /** All others, in the order in which they came. */
  readonly others: readonly SetupParameter[];
}

/** A SETUP that says nothing: all parameters at their defaults. */
export const EMPTY_SETUP: Setup = {
  probe: "none",
  path: undefined,
  role: "both",
  cost: undefined,
  hop: 0n,
  others: [],
};

export function decodeSetup(cursor: Cursor, version: Version): Setup {
  requireMessage(version.setup === "stream", "SETUP", version);
  const count = cursor.varint("parameter count");
  if (count > MAX_PARAMETERS) throw new WireError("too-many-parameters", `${count} parameters`);
  const setup = { ...EMPTY_SETUP, others: [] as SetupParameter[] };
  const seen = new Set<bigint>();
  for (let i = 0; i < count; i++) {
    const id = cursor.bigVarint("parameter id");
    if (seen.has(id)) throw new WireError("duplicate-parameter", `parameter ${id}`);
    seen.add(id);
    const value = cursor.take("parameter", cursor.varint("parameter length"));
    readParameter(setup, id, value);
  }
  cursor.finish("SETUP");
  return setup;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readParameter(setup: Mutable<Setup> & { others: SetupParameter[] }, id: bigint, bytes: Uint8Array): void {
  const value = new Cursor(bytes);
  switch (id) {
    case BigInt(PROBE):
      setup.probe = PROBE_LEVELS[value.saturatingVarint("probe")] ?? "increase";
      break;
    case BigInt(PATH):
      if (bytes.length > MAX_URI) throw new WireError("string-too-long", `path, ${bytes.length} bytes`);
      setup.path = value.text("path", bytes.length);
      break;
    case BigInt(ROLE):
      setup.role = ROLES[value.saturatingVarint("role")] ?? "both";
      break;
    case BigInt(COST):
      setup.cost = value.saturatingVarint("cost");
      break;
    case BigInt(HOP):
      setup.hop = value.bigVarint("hop");
      break;
    default:
      // Ids that are no exact numbers are nobody's; the copy outlives the stream's buffer.
      if (id <= BigInt(Number.MAX_SAFE_INTEGER)) setup.others.push({ id: Number(id), value: bytes.slice() });
      return;
  }
  value.finish(`parameter ${id}`);
}

/** Writes length and body, the defined parameters first, those at their default left out. */
export function encodeSetup(writer: Writer, setup: Setup, version: Version): void {
  requireMessage(version.setup === "stream", "SETUP", version);
  const parameters = parametersOf(setup);
  const mark = writer.begin();
  writer.varint(parameters.length);
  for (const { id, value } of parameters) {
    writer.varint(id);
    writer.varint(value.length);
    writer.raw(value);
  }
  writer.end(mark);
}

function parametersOf(setup: Setup): SetupParameter[] {
  const parameters: SetupParameter[] = [];
  const add = (id: number, write: (value: Writer) => void) => {
    const value = new Writer(16);
    write(value);
    parameters.push({ id, value: value.view() });
  };
  const { probe, path, role, cost, hop } = setup;
  if (probe !== "none") add(PROBE, (value) => value.varint(PROBE_LEVELS.indexOf(probe)));
  if (path !== undefined) parameters.push({ id: PATH, value: new TextEncoder().encode(path) });
  if (role !== "both") add(ROLE, (value) => value.varint(ROLES.indexOf(role)));
  if (cost !== undefined) add(COST, (value) => value.cost(cost));
  if (hop !== 0n) add(HOP, (value) => value.bigVarint(hop));
  return parameters.concat(setup.others);
}
