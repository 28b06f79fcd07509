import "reflect-metadata";
import { createHash, randomUUID, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** A certificate and its key, PEM, and the certificate's SHA-256. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
  readonly hash: string;
}

/** An authority, PEM, and what it issues. */
export interface Authority {
  readonly ca: string;
  issue(name: string): Promise<Identity>;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

function keys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]) as Promise<webcrypto.CryptoKeyPair>;
}

/** A fresh authority; what it issues is for 127.0.0.1 and localhost. */
export async function createAuthority(): Promise<Authority> {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const authorityKeys = await keys();
  const name = `CN=test authority ${randomUUID()}`;
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys: authorityKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    ca: authority.toString("pem"),
    async issue(commonName) {
      const leafKeys = await keys();
      const leaf = await x509.X509CertificateGenerator.create({
        subject: `CN=${commonName}`,
        issuer: name,
        publicKey: leafKeys.publicKey,
        signingKey: authorityKeys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.SubjectAlternativeNameExtension([
            { type: "dns", value: "localhost" },
            { type: "ip", value: "127.0.0.1" },
          ]),
        ],
      });
      const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", leafKeys.privateKey)).toString("base64");
      return {
        cert: leaf.toString("pem"),
        key: `-----BEGIN PRIVATE KEY-----\n${key}\n-----END PRIVATE KEY-----\n`,
        hash: createHash("sha256").update(Buffer.from(leaf.rawData)).digest("hex"),
      };
    },
  };
}
