import { createHash, createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ConfigurationError } from "../config/index.ts";
import { type Certificate, keptPrivate } from "./certificate.ts";

/**
 * Reads a certificate chain and its key from two PEM files. Throws `ConfigurationError` naming the file when one cannot be
 * read, is no PEM, is not valid at `now`, or when the two do not belong together.
 */
export async function readCertificate(certFile: string, keyFile: string, now: Date = new Date()): Promise<Certificate> {
  // One after the other, so that the same one is named whenever both are missing.
  const certPem = await readText(certFile);
  const keyPem = await readText(keyFile);
  const leaf = parseLeaf(certFile, certPem);
  const key = parseKey(keyFile, keyPem);
  if (!leaf.checkPrivateKey(key)) throw wrong(keyFile, `is not the key of the certificate in ${certFile}`);
  const notAfter = new Date(leaf.validTo);
  if (notAfter <= now) throw wrong(certFile, `expired on ${notAfter.toISOString()}`);
  const notBefore = new Date(leaf.validFrom);
  if (notBefore > now) throw wrong(certFile, `is not valid before ${notBefore.toISOString()}`);
  const sha256 = createHash("sha256").update(leaf.raw).digest("hex");
  return keptPrivate({ certPem, keyPem, sha256, notAfter, names: namesOf(leaf), generated: false });
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw wrong(file, code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`);
  }
}

function parseLeaf(file: string, pem: string): X509Certificate {
  // OpenSSL reads DER as well, which the transports do not.
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) throw wrong(file, "holds no certificate in PEM");
  try {
    return new X509Certificate(pem);
  } catch {
    throw wrong(file, "holds no certificate that can be read");
  }
}

function parseKey(file: string, pem: string): KeyObject {
  if (!/-----BEGIN ((EC|RSA) )?PRIVATE KEY-----/.test(pem)) {
    const locked = pem.includes("ENCRYPTED") ? ": it is locked with a passphrase, which cannot be given" : "";
    throw wrong(file, `holds no private key in PEM${locked}`);
  }
  try {
    return createPrivateKey(pem);
  } catch {
    throw wrong(file, "holds no private key that can be read");
  }
}

function namesOf(leaf: X509Certificate): string[] {
  const names = leaf.subjectAltName?.split(", ") ?? [];
  return names.map((name) => name.replace(/^(DNS|IP Address):/, ""));
}

function wrong(file: string, what: string): ConfigurationError {
  return new ConfigurationError([{ where: file, what }]);
}
