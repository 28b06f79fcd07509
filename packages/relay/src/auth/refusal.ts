/** Why a token is not taken. Only these exist; each is a value of the label `reason` of `moq_tokens_refused_total`. */
export const TOKEN_REFUSALS = [
  "too large",
  "malformed",
  "algorithm",
  "unknown key",
  "signature",
  "expired",
  "not yet valid",
  "audience",
  "claims",
  "path",
] as const;

export type TokenRefusalReason = (typeof TOKEN_REFUSALS)[number];

/** A token that is not taken. The message is for the log, and never holds the token or a part of it. */
export class TokenRefusal extends Error {
  override readonly name = "TokenRefusal";
  readonly reason: TokenRefusalReason;

  constructor(reason: TokenRefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
