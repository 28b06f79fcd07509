/**
 * The closed table of what can go wrong toward a peer, with the numbers of moq-lite (all versions since autumn 2026):
 * stream codes go into resets and stops, close codes end a session. 64 + n is an application's own n.
 */
export const STREAM_CODE = {
  internal: 0,
  cancel: 1,
  deliveryTimeout: 2,
  sessionClosed: 3,
  goingAway: 4,
  tooFarBehind: 5,
  malformedTrack: 0x12,
  noCapacity: 0x30,
  controlTimeout: 0x31,
  groupTooLarge: 0x32,
  notFound: 0x33,
  /** What was asked for has been replaced by something newer; ask again. */
  old: 0x34,
  evicted: 0x35,
  unroutable: 0x36,
  wrongSize: 0x37,
  frameTooLarge: 0x38,
  timestamp: 0x39,
} as const;

export type StreamErrorName = keyof typeof STREAM_CODE;

export const CLOSE_CODE = {
  none: 0,
  internal: 1,
  unauthorized: 2,
  protocolViolation: 3,
  keyValueFormatting: 6,
  goawayTimeout: 0x10,
  timeout: 0x11,
  version: 0x15,
} as const;

export type CloseErrorName = keyof typeof CLOSE_CODE;

const KNOWN: ReadonlySet<number> = new Set(Object.values(STREAM_CODE));

/** What a peer's stream code means to others: itself when it is in the table or an application's, else just "internal". */
export function knownStreamCode(code: number): number {
  return KNOWN.has(code) || (code >= 64 && code < 2 ** 32) ? code : STREAM_CODE.internal;
}

/** The name of a stream code, for logs and metrics: "unroutable", "application 3", "unknown 99". */
export function streamCodeName(code: number): string {
  for (const [name, value] of Object.entries(STREAM_CODE)) if (value === code) return name;
  return code >= 64 ? `application ${code - 64}` : `unknown ${code}`;
}
