import { decodeProtectedHeader, errors, jwtVerify } from "jose";
import { type Claims, readClaims } from "./claims.ts";
import type { TokenKey } from "./key.ts";
import type { KeySet } from "./key-set.ts";
import { TokenRefusal } from "./refusal.ts";

export interface VerifierOptions {
  readonly keys: () => KeySet;
  /** Own address: a token that names an audience must name this one. Undefined: such a token is never taken. */
  readonly audience: string | undefined;
  /** Longest token, characters. */
  readonly maxSize: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Checks tokens (JWT, RFC 7519) against the keys in force. */
export class TokenVerifier {
  readonly #options: VerifierOptions;

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  /** What the token says; rejects with `TokenRefusal`, and with nothing else. */
  async verify(token: string): Promise<Claims> {
    const { keys, audience, maxSize, now } = this.#options;
    if (token.length > maxSize) throw new TokenRefusal("too large", `${token.length} characters`);
    const key = this.#keyOf(token, keys());
    try {
      const { payload } = await jwtVerify(token, key.verifying, {
        // The key decides, never the token: a public key is not taken for a secret, and "none" for nothing.
        algorithms: key.algorithm === "EdDSA" ? ["EdDSA", "Ed25519"] : [key.algorithm],
        currentDate: new Date(now()),
      });
      checkAudience(payload.aud, audience);
      return readClaims(payload);
    } catch (error) {
      throw refusalOf(error);
    }
  }

  #keyOf(token: string, keys: KeySet): TokenKey {
    const header = headerOf(token);
    if (header.alg === "none") throw new TokenRefusal("algorithm", "it is not signed");
    return keys.find(header.kid, header.alg);
  }
}

function headerOf(token: string): { readonly alg?: unknown; readonly kid?: unknown } {
  try {
    return decodeProtectedHeader(token);
  } catch {
    throw new TokenRefusal("malformed", "it is no token");
  }
}

/** Checked here: the library takes a token without audience for everybody's, but also one for others where none is expected. */
function checkAudience(said: unknown, own: string | undefined): void {
  if (said === undefined) return;
  const named = Array.isArray(said) ? said : [said];
  if (own !== undefined && named.includes(own)) return;
  const why =
    own === undefined ? "it is for one relay, and this one has no address (cluster.node)" : "it is for another relay";
  throw new TokenRefusal("audience", why);
}

function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof TokenRefusal) return error;
  if (error instanceof errors.JWTExpired) return new TokenRefusal("expired", "it has expired");
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "nbf" && error.reason === "check_failed") {
      return new TokenRefusal("not yet valid", "it is not valid yet");
    }
    return new TokenRefusal("claims", `${error.claim} is not right`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new TokenRefusal("signature", "its signature is not right");
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return new TokenRefusal("algorithm", "its algorithm is not the key's");
  return new TokenRefusal("malformed", "it is no token that can be read");
}
