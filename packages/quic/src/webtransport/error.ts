/** What a `WebTransportError` is made of. */
export interface WebTransportErrorOptions {
  /** Whether a stream or the whole session failed. Default "stream". */
  readonly source?: "stream" | "session";
  /** The application's code, below 2^32, of a stream that was reset or stopped. */
  readonly streamErrorCode?: number | null;
}

/** Why a stream or a session ended badly, as in the W3C interface. */
export class WebTransportError extends DOMException {
  readonly source: "stream" | "session";
  readonly streamErrorCode: number | null;

  constructor(message = "", options: WebTransportErrorOptions = {}) {
    super(message, "WebTransportError");
    this.source = options.source ?? "stream";
    this.streamErrorCode = options.streamErrorCode ?? null;
  }
}

/** The code for a peer when a stream is abandoned for this reason: the one it carries, else 0. */
export function codeOf(reason: unknown): number {
  const code = (reason as { streamErrorCode?: unknown } | null | undefined)?.streamErrorCode;
  return typeof code === "number" && Number.isInteger(code) && code >= 0 && code < 2 ** 32 ? code : 0;
}
