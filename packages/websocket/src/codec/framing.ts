/**
 * How streams are laid into WebSocket messages. "legacy" is the format that came before QMux (subprotocol `webtransport`):
 * one frame in each message, no flow control, no parameters. `qmux-00` has one frame in each message; the newer drafts
 * have records: any number of frames in each message, datagrams and pings.
 */
export type Framing = "qmux-02" | "qmux-01" | "qmux-00" | "legacy";

/** Newest first: the order in which they are offered and accepted. */
export const FRAMINGS: readonly Framing[] = ["qmux-02", "qmux-01", "qmux-00", "legacy"];

/** True where the sides grant each other bytes and streams. */
export function hasFlowControl(framing: Framing): boolean {
  return framing !== "legacy";
}

/** True where a message may hold several frames; these framings also have datagrams and pings. */
export function hasRecords(framing: Framing): boolean {
  return framing === "qmux-02" || framing === "qmux-01";
}

/** The largest message of qmux-00 (its max_frame_size), bytes. The legacy framing is kept to it when sending. */
export const MAX_FRAME = 16_384;

/** The largest record unless a peer allows more, and the least that it must allow (qmux-01, max_record_size), bytes. */
export const MAX_RECORD = 16_382;

/** The largest payload of a STREAM frame that released peers take, bytes. */
export const MAX_STREAM_PAYLOAD = 16_352;
