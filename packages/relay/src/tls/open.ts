import type { ListenConfig } from "../config/index.ts";
import type { Certificate, Certificates } from "./certificate.ts";
import { CertificateFiles } from "./files.ts";
import { GENERATED_LIFETIME, generateCertificate } from "./generate.ts";

/** How certificates are kept up to date. */
export interface WatchOptions {
  /** Says what changed and what could not be taken over. */
  readonly log: { info(text: string): void; warn(text: string): void };
  /** How often files are looked at, milliseconds. */
  readonly interval?: number;
}

const LOOK_INTERVAL = 1_000;

/** A generated certificate is replaced a day before it ends. */
const RENEW_BEFORE = 86_400_000;

/**
 * Opens the certificates that `listen.tls` names and generates the one that it asks for. Throws `ConfigurationError` when
 * a file cannot be used; nothing is watched then.
 */
export async function openCertificates(
  tls: Omit<ListenConfig["tls"], "root">,
  options: WatchOptions,
): Promise<Certificates> {
  const files = await Promise.all(tls.cert.map((cert, i) => CertificateFiles.open(cert, tls.key[i]!)));
  const generated = tls.generate.length > 0 ? await generateCertificate(tls.generate) : undefined;
  return new Watched(files, generated, tls.generate, options);
}

type Listener = (certificates: readonly Certificate[]) => void;

class Watched implements Certificates {
  failures = 0;
  readonly #files: readonly CertificateFiles[];
  readonly #names: readonly string[];
  readonly #log: WatchOptions["log"];
  readonly #listeners = new Set<Listener>();
  readonly #interval: number;
  #generated: Certificate | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    files: readonly CertificateFiles[],
    generated: Certificate | undefined,
    names: readonly string[],
    options: WatchOptions,
  ) {
    this.#files = files;
    this.#generated = generated;
    this.#names = names;
    this.#log = options.log;
    this.#interval = options.interval ?? LOOK_INTERVAL;
    this.#wait();
  }

  current(): readonly Certificate[] {
    const files = this.#files.map((pair) => pair.current);
    return this.#generated === undefined ? files : [...files, this.#generated];
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
  }

  // One look after the other, never two at once: however often a file is touched, the cost is one look an interval.
  #wait(): void {
    this.#timer = setTimeout(() => void this.#look(), this.#interval);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const changes = await Promise.all([...this.#files.map((pair) => this.#refresh(pair)), this.#renew()]);
    if (this.#timer === undefined) return;
    if (changes.includes(true)) for (const listener of this.#listeners) this.#tell(listener);
    this.#wait();
  }

  /** What Node could read the QUIC layer may still not be able to use. */
  #tell(listener: Listener): void {
    try {
      listener(this.current());
    } catch (error) {
      this.failures += 1;
      this.#log.warn(`the certificate before stays in force: ${(error as Error).message}`);
    }
  }

  async #refresh(pair: CertificateFiles): Promise<boolean> {
    try {
      const changed = await pair.refresh();
      if (changed) this.#log.info(`certificate ${pair.certFile} was replaced, in force for new connections`);
      return changed;
    } catch (error) {
      this.failures += 1;
      this.#log.warn(`the certificate before stays in force: ${(error as Error).message}`);
      return false;
    }
  }

  async #renew(): Promise<boolean> {
    const now = Date.now();
    if (this.#generated === undefined || this.#generated.notAfter.getTime() - now > RENEW_BEFORE) return false;
    this.#generated = await generateCertificate(this.#names, new Date(now));
    const days = Math.floor(GENERATED_LIFETIME / 86_400_000);
    this.#log.info(`generated a new certificate for the next ${days} days: ${this.#generated.sha256}`);
    return true;
  }
}
