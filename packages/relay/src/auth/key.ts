import { createPrivateKey, createPublicKey, createSecretKey, type JsonWebKeyInput, type KeyObject } from "node:crypto";

type JsonWebKey = JsonWebKeyInput["key"];

/** The one algorithm that a key is for (RFC 7518, section 3.1; RFC 8037). What a token says never chooses another. */
export type Algorithm =
  | "HS256"
  | "HS384"
  | "HS512"
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA";

/** A key that tokens are checked with, and perhaps signed. */
export interface TokenKey {
  readonly kid: string | undefined;
  readonly algorithm: Algorithm;
  /** Secret or public. */
  readonly verifying: KeyObject;
  /** Secret or private; undefined where there is only the public key. */
  readonly signing: KeyObject | undefined;
}

/** What is wrong with a key, for the operator. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}

/** Bytes that a secret must have at least: as many as the hash (RFC 7518, section 3.2). */
const SECRET_BYTES: Readonly<Record<string, number>> = { HS256: 32, HS384: 48, HS512: 64 };

const RSA_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const RSA_BITS = 2_048;

const CURVES: Readonly<Record<string, Algorithm>> = {
  "P-256": "ES256",
  "P-384": "ES384",
  "P-521": "ES512",
  Ed25519: "EdDSA",
};

/**
 * Reads the keys in a text: a JWK, a JWK set (RFC 7517), or either of them in base64url, as the tools of the Rust relay write
 * it. Throws `KeyError`.
 *
 * @param kid the id of a key that has none.
 */
export function readKeys(text: string, kid?: string): TokenKey[] {
  const parsed = parse(text.trim());
  const list = Array.isArray(parsed.keys) ? (parsed.keys as unknown[]) : [parsed];
  if (list.length === 0) throw new KeyError("holds no key");
  return list.map((jwk) => readKey(objectOf(jwk), kid));
}

function parse(text: string): Record<string, unknown> {
  const json = text.startsWith("{") ? text : Buffer.from(text, "base64url").toString("utf8");
  try {
    return objectOf(JSON.parse(json));
  } catch {
    throw new KeyError("is no JWK and no JWK set");
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new KeyError("is no JWK");
  return value as Record<string, unknown>;
}

function readKey(jwk: Record<string, unknown>, fallback: string | undefined): TokenKey {
  const { kty = "oct", kid = fallback, use, scope, key_ops: uses } = jwk;
  if (kid !== undefined && typeof kid !== "string") throw new KeyError("has a kid that is no text");
  if (use !== undefined && use !== "sig") throw new KeyError("is not for signatures (use)");
  // It would be a limit on what its tokens may say: ignored, it would let more in than was meant.
  if (scope !== undefined) throw new KeyError("is limited by a scope, which this version does not know");
  const may = (use: string): boolean => uses === undefined || (Array.isArray(uses) && uses.includes(use));
  if (!may("verify") && !may("sign")) throw new KeyError("is neither for signing nor for verifying (key_ops)");
  const read = kty === "oct" ? secret(jwk) : pair({ ...jwk, kty } as JsonWebKey);
  return { kid, ...read, signing: may("sign") ? read.signing : undefined };
}

function secret({ k, alg = "HS256" }: Record<string, unknown>): Omit<TokenKey, "kid"> {
  const least = SECRET_BYTES[String(alg)];
  if (least === undefined) throw new KeyError(`is a secret, for which the algorithm ${String(alg)} is not`);
  const bytes = Buffer.from(typeof k === "string" ? k : "", "base64url");
  if (bytes.length < least) throw new KeyError(`has ${bytes.length} bytes: ${String(alg)} needs at least ${least}`);
  const key = createSecretKey(bytes);
  return { algorithm: alg as Algorithm, verifying: key, signing: key };
}

function pair(jwk: JsonWebKey): Omit<TokenKey, "kid"> {
  const algorithm = algorithmOf(jwk);
  try {
    const signing = jwk.d === undefined ? undefined : createPrivateKey({ key: jwk, format: "jwk" });
    const verifying = signing ? createPublicKey(signing) : createPublicKey({ key: jwk, format: "jwk" });
    const bits = verifying.asymmetricKeyDetails?.modulusLength ?? RSA_BITS;
    if (bits < RSA_BITS) throw new KeyError(`has ${bits} bits: RSA needs at least ${RSA_BITS}`);
    return { algorithm, verifying, signing };
  } catch (error) {
    if (error instanceof KeyError) throw error;
    throw new KeyError("is no key that can be used");
  }
}

function algorithmOf({ kty, crv, alg }: JsonWebKey): Algorithm {
  const said = alg === "Ed25519" ? "EdDSA" : alg;
  if (kty === "RSA") {
    if (said === undefined) return "RS256";
    if (RSA_ALGORITHMS.includes(String(said))) return said as Algorithm;
    throw new KeyError(`is an RSA key, for which the algorithm ${String(said)} is not`);
  }
  const algorithm = kty === "EC" || kty === "OKP" ? CURVES[String(crv)] : undefined;
  if (algorithm === undefined) throw new KeyError(`is of an unknown kind (${String(kty)}, ${String(crv)})`);
  if (said !== undefined && said !== algorithm)
    throw new KeyError(`has the algorithm ${String(said)}, not ${algorithm}`);
  return algorithm;
}
