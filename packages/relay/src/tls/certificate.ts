/** A certificate with its key, ready to serve. */
export interface Certificate {
  /** The chain as PEM, leaf first. */
  readonly certPem: string;
  /** The private key as PEM. */
  readonly keyPem: string;
  /** SHA-256 of the leaf's DER, lower-case hex: what `serverCertificateHashes` and `--connect-tls-fingerprint` take. */
  readonly sha256: string;
  readonly notAfter: Date;
  /** Names and addresses that it is valid for. */
  readonly names: readonly string[];
  /** Whether it was generated here, for development. */
  readonly generated: boolean;
}

/** The same, with a key that is not seen where somebody prints the object or makes JSON of it. */
export function keptPrivate(certificate: Certificate): Certificate {
  const { keyPem, ...shown } = certificate;
  return Object.defineProperty(shown, "keyPem", { value: keyPem, enumerable: false }) as Certificate;
}

/** The certificates in force. They change while the relay runs: files are replaced, generated ones are renewed. */
export interface Certificates {
  /** Never empty. The first is the one whose hash `/certificate.sha256` tells. */
  current(): readonly Certificate[];
  /** Calls the listener after each change, with what `current` gives from then on. Returns how to stop that. */
  onChange(listener: (certificates: readonly Certificate[]) => void): () => void;
  /** How often a changed file could not be taken over; the certificate before stayed in force. */
  readonly failures: number;
  /** Stops watching. */
  close(): void;
}
