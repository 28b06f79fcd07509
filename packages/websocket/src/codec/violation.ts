/**
 * The closed table of what a peer can do wrong, with the transport error code (RFC 9000 §20.1, which QMux shares) that a
 * CONNECTION_CLOSE then carries.
 */
export const VIOLATIONS = {
  "a frame is cut short": 0x07,
  "unknown frame type": 0x07,
  "malformed frame": 0x07,
  "malformed transport parameter": 0x08,
  "transport parameters must come first, and once": 0x0a,
  "more streams than were granted": 0x04,
  "more bytes than were granted": 0x03,
  "frame for a stream that cannot have it": 0x05,
  "bytes after the end of a stream": 0x06,
  "stream bytes out of order": 0x06,
  "message too large": 0x0a,
  "text message": 0x0a,
  "ping out of order": 0x0a,
  "datagram that was not asked for": 0x0a,
  "frame that was not agreed on": 0x0a,
  "answers are not read": 0x0a,
} as const;

export type ViolationName = keyof typeof VIOLATIONS;

/** A peer broke the rules of the framing: its connection ends, and only that. */
export class Violation extends Error {
  /** The code for CONNECTION_CLOSE. */
  readonly code: number;

  constructor(name: ViolationName) {
    super(name);
    this.name = "Violation";
    this.code = VIOLATIONS[name];
  }
}
