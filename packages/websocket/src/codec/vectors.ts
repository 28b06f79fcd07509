import type { Frame } from "./frame.ts";
import type { Framing } from "./framing.ts";
import type { TransportParameters } from "./parameters.ts";

/** A frame and its bytes, written down from what other implementations put on the wire. */
export interface Vector {
  readonly name: string;
  readonly framings: readonly Framing[];
  /** Hexadecimal, with spaces between fields. */
  readonly hex: string;
  readonly frame: Frame;
}

export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(/\s/g, ""), "hex"));
}

const HI = bytesOf("6869");
const NOTHING = new Uint8Array();
const QMUX = ["qmux-02", "qmux-01", "qmux-00"] as const;
const RECORDS = ["qmux-02", "qmux-01"] as const;
const LEGACY = ["legacy"] as const;

/** The defaults of a released peer. */
const PARAMETERS: TransportParameters = {
  idleTimeout: 30_000,
  maxData: 1 << 20,
  maxStreamDataBidiLocal: 256 << 10,
  maxStreamDataBidiRemote: 256 << 10,
  maxStreamDataUni: 256 << 10,
  maxStreamsBidi: 100,
  maxStreamsUni: 100,
  maxDatagramFrame: 16_382,
  maxRecord: 16_382,
  resetStreamAt: false,
};

const COMMON_PARAMETERS =
  "0104 80007530 0404 80100000 0504 80040000 0604 80040000 0704 80040000 0802 4064 0902 4064 2002 7ffe c571c59429cd0845 02 7ffe";

export const VECTORS: readonly Vector[] = [
  {
    name: "parameters with a released peer's defaults",
    framings: ["qmux-01"],
    hex: `ff5153300d0a0d0a 35 ${COMMON_PARAMETERS}`,
    frame: { type: "parameters", parameters: PARAMETERS },
  },
  {
    name: "parameters with reset_stream_at",
    framings: ["qmux-02"],
    hex: `ff5153300d0a0d0a 37 ${COMMON_PARAMETERS} 1d 00`,
    frame: { type: "parameters", parameters: { ...PARAMETERS, resetStreamAt: true } },
  },
  {
    name: "the beginning of a two-way stream",
    framings: QMUX,
    hex: "0e 00 00 03 010203",
    frame: { type: "stream", id: 0, offset: 0, data: bytesOf("010203"), fin: false },
  },
  {
    name: "the end of a one-way stream",
    framings: QMUX,
    hex: "0f 06 05 02 6869",
    frame: { type: "stream", id: 6, offset: 5, data: HI, fin: true },
  },
  {
    name: "a reset",
    framings: QMUX,
    hex: "04 03 1f 0a",
    frame: { type: "reset", id: 3, code: 31, finalSize: 10, at: false },
  },
  { name: "a stop", framings: [...QMUX, "legacy"], hex: "05 02 00", frame: { type: "stop", id: 2, code: 0 } },
  { name: "more bytes", framings: QMUX, hex: "10 80200000", frame: { type: "max-data", max: 2 << 20 } },
  {
    name: "more bytes of one stream",
    framings: QMUX,
    hex: "11 06 80080000",
    frame: { type: "max-stream-data", id: 6, max: 512 << 10 },
  },
  {
    name: "more two-way streams",
    framings: QMUX,
    hex: "12 40c8",
    frame: { type: "max-streams", kind: "bidi", max: 200 },
  },
  {
    name: "more one-way streams",
    framings: QMUX,
    hex: "13 40c8",
    frame: { type: "max-streams", kind: "uni", max: 200 },
  },
  {
    name: "a ping",
    framings: RECORDS,
    hex: "f48c67529ef8c7bd 00",
    frame: { type: "ping", response: false, sequence: 0n },
  },
  {
    name: "the answer to a ping",
    framings: RECORDS,
    hex: "f48c67529ef8c7be 00",
    frame: { type: "ping", response: true, sequence: 0n },
  },
  { name: "a datagram", framings: RECORDS, hex: "31 02 6869", frame: { type: "datagram", data: HI, size: 4 } },
  {
    name: "the application's goodbye",
    framings: QMUX,
    hex: "1d 00 03 627965",
    frame: { type: "close", byApplication: true, code: 0, reason: "bye" },
  },
  {
    name: "the transport's goodbye",
    framings: QMUX,
    hex: "1c 43ea 00 01 78",
    frame: { type: "close", byApplication: false, code: 1_002, reason: "x" },
  },
  {
    name: "bytes",
    framings: LEGACY,
    hex: "08 00 010203",
    frame: { type: "stream", id: 0, offset: 0, data: bytesOf("010203"), fin: false },
  },
  {
    name: "the last bytes",
    framings: LEGACY,
    hex: "09 06 6869",
    frame: { type: "stream", id: 6, offset: 0, data: HI, fin: true },
  },
  {
    name: "an end without bytes",
    framings: LEGACY,
    hex: "09 03",
    frame: { type: "stream", id: 3, offset: 0, data: NOTHING, fin: true },
  },
  {
    name: "a reset",
    framings: LEGACY,
    hex: "04 03 1f",
    frame: { type: "reset", id: 3, code: 31, finalSize: 0, at: false },
  },
  {
    name: "the application's goodbye",
    framings: LEGACY,
    hex: "1d 00 627965",
    frame: { type: "close", byApplication: true, code: 0, reason: "bye" },
  },
];
