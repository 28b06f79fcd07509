import { createHash, randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";
import { type Certificate, keptPrivate } from "./certificate.ts";

const DAY = 86_400_000;

/**
 * How long a generated certificate is valid. Browsers take a certificate by its hash only when it is ECDSA and valid for
 * less than two weeks.
 */
export const GENERATED_LIFETIME: number = 13 * DAY;

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Makes a self-signed ECDSA P-256 certificate for names and IP addresses, valid from an hour before `now`. */
export async function generateCertificate(names: readonly string[], now: Date = new Date()): Promise<Certificate> {
  // Loaded here because it is slow to load, and who brings certificates never needs it.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  // An hour back, for clients whose clock is slow.
  const notBefore = new Date(now.getTime() - DAY / 24);
  const notAfter = new Date(notBefore.getTime() + GENERATED_LIFETIME);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: "CN=moq-relay development",
      notBefore,
      notAfter,
      keys,
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth]),
        new x509.SubjectAlternativeNameExtension(
          names.map((name) => ({ type: isIP(name) === 0 ? "dns" : "ip", value: name })),
        ),
      ],
    },
    webcrypto as unknown as Crypto,
  );
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey));
  return keptPrivate({
    certPem: `${certificate.toString("pem")}\n`,
    keyPem: pem("PRIVATE KEY", pkcs8),
    sha256: createHash("sha256").update(Buffer.from(certificate.rawData)).digest("hex"),
    notAfter,
    names,
    generated: true,
  });
}

/** Sixteen random bytes of which the first bit is not set: a serial number is positive. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g)!;
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
