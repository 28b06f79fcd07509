import { readFile } from "node:fs/promises";
import {
  KeyFiles,
  KeySet,
  type Presented,
  presented,
  readClusterToken,
  TokenMinter,
  TokenVerifier,
} from "./auth/index.ts";
import type { Log } from "./cli/log.ts";
import { ConfigurationError, type RelayConfig } from "./config/index.ts";

const NO_KEYS = new KeySet([]);

/** What this relay checks others by, and what it shows them; the files are read by `open`. */
export class Credentials {
  /** Undefined where no keys are configured. */
  readonly verifier: TokenVerifier | undefined;
  readonly #config: RelayConfig;
  readonly #minter: TokenMinter;
  #keys: KeyFiles | undefined;
  #presented: Presented | undefined;

  constructor(config: RelayConfig) {
    const { auth, cluster, limits } = config;
    const keys = (): KeySet => this.#keys?.current() ?? NO_KEYS;
    const now = Date.now;
    this.#config = config;
    this.#minter = new TokenMinter({ keys, now, node: cluster.node?.text });
    if (auth.key === undefined && auth.keyDir === undefined) return;
    this.verifier = new TokenVerifier({ keys, now, audience: cluster.node?.text, maxSize: limits.tokenSize });
  }

  /** Reads the files. Throws `ConfigurationError`. */
  async open(log: Log): Promise<void> {
    const { auth, cluster } = this.#config;
    if (this.verifier) this.#keys = await KeyFiles.open(auth, { log });
    const token = cluster.token === undefined ? undefined : await readClusterToken(cluster.token);
    this.#presented = presented(token, this.#keys?.current().signing ? this.#minter : undefined);
  }

  /** The token for one dial of a root or node, where there is one to show. */
  tokenFor(address: string): (() => Promise<string>) | undefined {
    const give = this.#presented;
    return give && (() => give(address));
  }

  close(): void {
    this.#keys?.close();
  }
}

/** The authorities of relays' certificates, PEM; undefined for none. Throws `ConfigurationError`. */
export async function peerAuthorities(files: readonly string[]): Promise<string | undefined> {
  if (files.length === 0) return undefined;
  const texts = files.map(async (file) => {
    const text = await readFile(file, "utf8").catch(({ code }: NodeJS.ErrnoException) => {
      const what = code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`;
      throw new ConfigurationError([{ where: file, what }]);
    });
    if (text.includes("-----BEGIN CERTIFICATE-----")) return text;
    throw new ConfigurationError([{ where: file, what: "holds no certificate in PEM" }]);
  });
  return (await Promise.all(texts)).join("\n");
}
