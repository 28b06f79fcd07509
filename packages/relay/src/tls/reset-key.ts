import { hkdfSync } from "node:crypto";
import type { Certificate } from "./certificate.ts";

/**
 * The secret behind stateless resets (RFC 9000, section 10.3), 32 bytes: a relay that was killed and is started again tells its
 * peers by it that their connections are gone, which else they find out by silence. So it is made of what is there after a start
 * as before it, the private key of the certificate. Undefined where that was generated, and will be another next time.
 *
 * @param place where this relay listens, unlike any other's that has the same certificate: with one secret two relays could be
 *   made to end each other's connections (section 21.11).
 */
export function resetKey(certificates: readonly Certificate[], place: string): Uint8Array | undefined {
  const lasting = certificates.find(({ generated }) => !generated);
  if (lasting === undefined) return undefined;
  return new Uint8Array(hkdfSync("sha256", lasting.keyPem, "moq-relay", `stateless reset ${place}`, 32));
}
