import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/**
 * Whether a certificate, whose chain was verified, is for this host: by its alternative names only, as RFC 9525 has it.
 *
 * @param leaf DER.
 * @param host a lower-case host name, or an IP address without brackets.
 */
export function isNamed(leaf: Uint8Array, host: string): boolean {
  try {
    const certificate = new X509Certificate(leaf);
    if (isIP(host) !== 0) return certificate.checkIP(host) !== undefined;
    return certificate.checkHost(host, { subject: "never" }) !== undefined;
  } catch {
    return false;
  }
}
