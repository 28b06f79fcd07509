import { generateKeyPairSync, randomBytes } from "node:crypto";
import { importJWK, type JWK, type JWTPayload, SignJWT } from "jose";

/** A secret for tokens, as a JWK. */
export function secretJwk(kid?: string, algorithm = "HS256", bytes = 32): Record<string, unknown> {
  const k = randomBytes(bytes).toString("base64url");
  return { kty: "oct", alg: algorithm, k, key_ops: ["sign", "verify"], ...(kid === undefined ? {} : { kid }) };
}

/** A private key and its public half, as JWKs. */
export function pairJwk(
  kind: "rsa" | "ec" | "ed25519",
  kid?: string,
): Record<"private" | "public", Record<string, unknown>> {
  const named = kid === undefined ? {} : { kid };
  const made =
    kind === "rsa"
      ? generateKeyPairSync("rsa", { modulusLength: 2_048 })
      : kind === "ec"
        ? generateKeyPairSync("ec", { namedCurve: "P-256" })
        : generateKeyPairSync("ed25519");
  const jwk = (key: typeof made.publicKey): Record<string, unknown> => ({ ...key.export({ format: "jwk" }), ...named });
  return { private: jwk(made.privateKey), public: jwk(made.publicKey) };
}

/** Signs claims as a token; `header` adds to what the key says. */
export async function sign(
  jwk: Record<string, unknown>,
  claims: JWTPayload,
  header: Record<string, unknown> = {},
): Promise<string> {
  const algorithms: Record<string, string> = { RSA: "RS256", EC: "ES256", OKP: "EdDSA", oct: "HS256" };
  const alg = String(header.alg ?? jwk.alg ?? algorithms[String(jwk.kty)]);
  const key = await importJWK(jwk as JWK, alg);
  const kid = jwk.kid === undefined ? {} : { kid: String(jwk.kid) };
  return new SignJWT(claims).setProtectedHeader({ ...kid, ...header, alg }).sign(key);
}
