/** Everything that can be wrong with bytes from a peer. The set is closed; "not all of it is here yet" is not in it. */
export const WIRE_ERROR_CODES = [
  /** A message or stream ended inside a field. */
  "truncated",
  /** Bytes are left over behind the last field of a message. */
  "trailing",
  /** A message announces more bytes than its reader allows. */
  "message-too-large",
  /** A frame announces more bytes than its reader allows. */
  "frame-too-large",
  /** An integer is larger than its field allows, mostly 2^53 - 1. */
  "integer-too-large",
  /** A string is longer than its field allows. */
  "string-too-long",
  /** A string is not UTF-8. */
  "not-utf8",
  /** A path has more segments than allowed. */
  "path-too-deep",
  /** A hop list has more entries than allowed. */
  "too-many-hops",
  /** A nonzero hop appears twice in one list. */
  "duplicate-hop",
  /** A first answer lists more suffixes than allowed. */
  "too-many-suffixes",
  /** A list of parameters has more entries than allowed. */
  "too-many-parameters",
  /** A parameter appears twice. */
  "duplicate-parameter",
  /** A SETUP exchange lists more versions than allowed. */
  "too-many-versions",
  /** The number that says which message follows is not one that can follow. */
  "unknown-type",
  /** A field holds a value that its version gives no meaning. */
  "bad-value",
  /** A frame's timestamp is below 0 or above 2^53 - 1. */
  "timestamp-out-of-range",
  /** The message does not exist in the version spoken. */
  "unsupported",
] as const;

export type WireErrorCode = (typeof WIRE_ERROR_CODES)[number];

/** The peer sent bytes that mean nothing. Which stream or session this ends is for the session to decide. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;

  /** `detail` is for people: the field, and what was found where that helps. */
  constructor(code: WireErrorCode, detail: string) {
    super(`${code}: ${detail}`);
    this.code = code;
  }
}
