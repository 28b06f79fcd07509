import { type BidiStream, CONTROL_PRIORITY, type Connection } from "@moq-relay/protocol/transport";
import {
  DEFAULT_TRACK_INFO,
  EMPTY_SETUP,
  encodeAnnounceOk,
  encodeSetup,
  encodeStreamType,
  encodeTrackInfo,
  type Setup,
  UNI,
  Writer,
} from "@moq-relay/protocol/wire";
import { QUIET_SENDER } from "./bidi-requests.ts";
import { TIMESCALE, VERSION } from "./load-track.ts";

/** Says who this client is, on a stream of its own; what is not given is not said. moq-lite-06: SETUP. */
export function introduce(connection: Connection, said: Partial<Setup>): void {
  const writer = new Writer();
  encodeStreamType(writer, UNI.setup);
  encodeSetup(writer, { ...EMPTY_SETUP, path: "/", ...said }, VERSION);
  const stream = connection.openUni(CONTROL_PRIORITY, QUIET_SENDER);
  stream.write(writer.view());
  stream.finish();
}

/** Answers a relay that asks what this client publishes: nothing, and it stays so. */
export function announceNothing(stream: BidiStream): void {
  const writer = new Writer();
  encodeAnnounceOk(writer, { hop: 0n, activeCount: 0 }, VERSION);
  stream.send.write(writer.view());
}

/** Answers what the track is. @param maxAge milliseconds that a group stays worth having. */
export function describeTrack(stream: BidiStream, maxAge: number = DEFAULT_TRACK_INFO.maxAge): void {
  const writer = new Writer();
  encodeTrackInfo(writer, { ...DEFAULT_TRACK_INFO, maxAge, timescale: TIMESCALE }, VERSION);
  stream.send.write(writer.view());
  stream.send.finish();
}
