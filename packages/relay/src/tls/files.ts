import { stat } from "node:fs/promises";
import { ConfigurationError } from "../config/index.ts";
import type { Certificate } from "./certificate.ts";
import { readCertificate } from "./read.ts";

/** A certificate in two files that may be replaced at any time. */
export class CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
  #current: Certificate;
  #seen: string;

  private constructor(certFile: string, keyFile: string, current: Certificate, seen: string) {
    this.certFile = certFile;
    this.keyFile = keyFile;
    this.#current = current;
    this.#seen = seen;
  }

  /** Reads the files for the first time. Throws `ConfigurationError`. */
  static async open(certFile: string, keyFile: string): Promise<CertificateFiles> {
    // The state is taken before the contents: a change in between is seen at the next look.
    const seen = await stateOf(certFile, keyFile);
    return new CertificateFiles(certFile, keyFile, await readCertificate(certFile, keyFile), seen);
  }

  get current(): Certificate {
    return this.#current;
  }

  /**
   * Looks whether the files changed and takes them over when they belong together. Two files cannot be replaced at once:
   * between the first and the second they do not match, and the pair before stays in force. Throws `ConfigurationError`
   * once for each state of the files that cannot be used.
   */
  async refresh(): Promise<boolean> {
    const seen = await stateOf(this.certFile, this.keyFile);
    if (seen === this.#seen) return false;
    this.#seen = seen;
    const read = await readCertificate(this.certFile, this.keyFile);
    const changed = read.certPem !== this.#current.certPem || read.keyPem !== this.#current.keyPem;
    this.#current = read;
    return changed;
  }
}

/** What changes when a file or what it points to is written or replaced, without reading it. */
async function stateOf(...files: readonly string[]): Promise<string> {
  const states = files.map(async (file) => {
    try {
      const { ino, size, mtimeNs } = await stat(file, { bigint: true });
      return `${ino}:${size}:${mtimeNs}`;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw new ConfigurationError([{ where: file, what: String(error) }]);
      return code;
    }
  });
  return (await Promise.all(states)).join(" ");
}
