import "reflect-metadata";
import { createHash, X509Certificate as NodeCertificate, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Certificate } from "../options.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY = 24 * 3600 * 1000;

x509.cryptoProvider.set(webcrypto as Crypto);

/** A certificate for tests: ECDSA P-256, valid for ten days. */
export interface TestCertificate extends Certificate {
  /** SHA-256 of the certificate, hexadecimal. */
  readonly sha256: string;
  readonly der: Uint8Array;
}

/** An authority for tests, which issues certificates. */
export class TestAuthority {
  readonly #certificate: x509.X509Certificate;
  readonly #keys: webcrypto.CryptoKeyPair;
  /** Its certificate, PEM. */
  readonly pem: string;

  private constructor(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.#certificate = certificate;
    this.#keys = keys;
    this.pem = certificate.toString("pem");
  }

  static async create(name = "Test authority"): Promise<TestAuthority> {
    const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      name: `CN=${name}`,
      keys,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + 9 * DAY),
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    return new TestAuthority(certificate, keys);
  }

  /** A certificate for these names and addresses, for servers and clients. */
  async issue(names: readonly string[] = ["localhost", "127.0.0.1", "::1"]): Promise<TestCertificate> {
    const keys = (await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
    const certificate = await x509.X509CertificateGenerator.create({
      subject: `CN=${names[0]}`,
      issuer: this.#certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: ALGORITHM,
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + 9 * DAY),
      extensions: [
        new x509.SubjectAlternativeNameExtension(
          names.map((value) => ({ type: /^[\d.]+$|:/.test(value) ? "ip" : "dns", value })),
        ),
      ],
    });
    const der = new Uint8Array(certificate.rawData);
    return {
      cert: certificate.toString("pem"),
      key: x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY"),
      sha256: createHash("sha256").update(der).digest("hex"),
      der,
    };
  }
}

/** The name in a DER certificate, such as "CN=localhost". */
export function subjectOf(der: Uint8Array): string {
  return new NodeCertificate(der).subject;
}
