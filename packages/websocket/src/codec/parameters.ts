import { Cursor } from "./cursor.ts";
import { MAX_RECORD } from "./framing.ts";
import { varintSize } from "./varint.ts";
import { Violation } from "./violation.ts";
import { Writer } from "./writer.ts";

/** QX_TRANSPORT_PARAMETERS: the first frame of each side. Sizes in bytes; what is absent on the wire is 0 here. */
export interface TransportParameters {
  /** Milliseconds without a sign of life after which this side gives up; 0 for never. */
  readonly idleTimeout: number;
  readonly maxData: number;
  readonly maxStreamDataBidiLocal: number;
  readonly maxStreamDataBidiRemote: number;
  readonly maxStreamDataUni: number;
  readonly maxStreamsBidi: number;
  readonly maxStreamsUni: number;
  /** Largest DATAGRAM frame (type and length included); 0: none, please. */
  readonly maxDatagramFrame: number;
  readonly maxRecord: number;
  /** RESET_STREAM_AT is understood (qmux-02). */
  readonly resetStreamAt: boolean;
}

export interface ParametersFrame {
  readonly type: "parameters";
  readonly parameters: TransportParameters;
}

export const PARAMETERS = 0x3f5153300d0a0d0an;

/** Parameters with one integer, in the order in which they are written. */
const INTEGERS = [
  [0x01n, "idleTimeout"],
  [0x04n, "maxData"],
  [0x05n, "maxStreamDataBidiLocal"],
  [0x06n, "maxStreamDataBidiRemote"],
  [0x07n, "maxStreamDataUni"],
  [0x08n, "maxStreamsBidi"],
  [0x09n, "maxStreamsUni"],
  [0x20n, "maxDatagramFrame"],
  [0x0571c59429cd0845n, "maxRecord"],
] as const;

const NAMES: ReadonlyMap<bigint, (typeof INTEGERS)[number][1]> = new Map(INTEGERS);
const RESET_STREAM_AT = 0x1dn;
/** Names the application protocol where nothing else does; a WebSocket has its subprotocol for that. */
const APPLICATION_PROTOCOLS = 0x3d4f9c2a8b1e6075n;

/** Parameters of QUIC that have no meaning here and are refused. */
function isForbidden(id: bigint): boolean {
  return id === 0n || id === 2n || id === 3n || (id >= 0x0an && id <= 0x10n) || id === APPLICATION_PROTOCOLS;
}

/** Reads the frame after its type. */
export function readParameters(frame: Cursor): ParametersFrame {
  const cursor = new Cursor(frame.take(frame.varint()));
  const values: { -readonly [K in keyof TransportParameters]: TransportParameters[K] } = { ...ABSENT };
  const seen = new Set<bigint>();
  while (cursor.left > 0) {
    const id = BigInt(cursor.varint62());
    const value = new Cursor(cursor.take(cursor.varint()));
    if (isForbidden(id)) throw new Violation("malformed transport parameter");
    const name = NAMES.get(id);
    if (name === undefined && id !== RESET_STREAM_AT) continue;
    if (seen.has(id)) throw new Violation("malformed transport parameter");
    seen.add(id);
    if (name === undefined) values.resetStreamAt = true;
    else values[name] = value.varint();
    if (value.left > 0) throw new Violation("malformed transport parameter");
  }
  return { type: "parameters", parameters: values };
}

const ABSENT: TransportParameters = {
  idleTimeout: 0,
  maxData: 0,
  maxStreamDataBidiLocal: 0,
  maxStreamDataBidiRemote: 0,
  maxStreamDataUni: 0,
  maxStreamsBidi: 0,
  maxStreamsUni: 0,
  maxDatagramFrame: 0,
  maxRecord: MAX_RECORD,
  resetStreamAt: false,
};

/** Writes the whole frame, at most 256 bytes. */
export function writeParameters(writer: Writer, parameters: TransportParameters): void {
  const body = new Writer(new Uint8Array(256));
  for (const [id, name] of INTEGERS) {
    const value = parameters[name];
    if (value === 0) continue;
    body.varint62(id);
    body.varint(varintSize(value));
    body.varint(value);
  }
  if (parameters.resetStreamAt) {
    body.varint62(RESET_STREAM_AT);
    body.varint(0);
  }
  writer.varint62(PARAMETERS);
  writer.prefixed(body.bytes.subarray(0, body.at));
}
