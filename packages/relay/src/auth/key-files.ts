import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ConfigurationError } from "../config/index.ts";
import { KeyError, readKeys, type TokenKey } from "./key.ts";
import { KeySet } from "./key-set.ts";

/** Where keys are. */
export interface KeySources {
  /** A file with a JWK or a JWK set. */
  readonly key: string | undefined;
  /** A folder with files `<kid>.jwk`. */
  readonly keyDir: string | undefined;
}

export interface WatchOptions {
  readonly log: { info(text: string): void; warn(text: string): void };
  /** Milliseconds between two looks at the files. */
  readonly interval?: number;
}

const LOOK_INTERVAL = 1_000;

/** Keys in files, which may be replaced at any time. What cannot be used stays out: the keys before stay in force. */
export class KeyFiles {
  readonly #sources: KeySources;
  readonly #options: WatchOptions;
  #keys: KeySet;
  #seen: string;
  /** The last complaint: a file that is missing is missing at every look. */
  #said = "";
  #timer: NodeJS.Timeout | undefined;

  private constructor(sources: KeySources, options: WatchOptions, keys: KeySet, seen: string) {
    this.#sources = sources;
    this.#options = options;
    this.#keys = keys;
    this.#seen = seen;
    this.#wait();
  }

  /** Reads the files. Throws `ConfigurationError`, naming the one that cannot be used. */
  static async open(sources: KeySources, options: WatchOptions): Promise<KeyFiles> {
    const seen = await stateOf(sources);
    return new KeyFiles(sources, options, await readAll(sources), seen);
  }

  readonly current = (): KeySet => this.#keys;

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    this.#timer = setTimeout(() => void this.#look(), this.#options.interval ?? LOOK_INTERVAL);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const { log } = this.#options;
    try {
      const seen = await stateOf(this.#sources);
      if (seen !== this.#seen) {
        this.#seen = seen;
        this.#keys = await readAll(this.#sources);
        this.#said = "";
        log.info(`keys of tokens were replaced: ${this.#keys.size} in force`);
      }
    } catch (error) {
      const what = (error as Error).message;
      if (what !== this.#said) log.warn(`the keys before stay in force: ${what}`);
      this.#said = what;
    }
    if (this.#timer !== undefined) this.#wait();
  }
}

async function readAll({ key, keyDir }: KeySources): Promise<KeySet> {
  const keys: TokenKey[] = [];
  if (key !== undefined) keys.push(...readFrom(key, await textOf(key)));
  if (keyDir !== undefined) {
    for (const name of await namesIn(keyDir)) {
      const file = join(keyDir, name);
      keys.push(...readFrom(file, await textOf(file), basename(name, ".jwk")));
    }
  }
  const ids = keys.flatMap(({ kid }) => kid ?? []);
  const twice = ids.find((kid, at) => ids.indexOf(kid) !== at);
  if (twice !== undefined) throw wrong(keyDir ?? key ?? "", `two keys have the id "${twice}"`);
  return new KeySet(keys);
}

function readFrom(file: string, text: string, kid?: string): TokenKey[] {
  try {
    return readKeys(text, kid);
  } catch (error) {
    if (error instanceof KeyError) throw wrong(file, error.message);
    throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readable(folder, () => readdir(folder));
  return names.filter((name) => name.endsWith(".jwk")).sort();
}

function textOf(file: string): Promise<string> {
  return readable(file, () => readFile(file, "utf8"));
}

/** What changes when a file is written or replaced, without reading it. */
async function stateOf({ key, keyDir }: KeySources): Promise<string> {
  const inside = keyDir === undefined ? [] : (await namesIn(keyDir)).map((name) => join(keyDir, name));
  const files = key === undefined ? inside : [key, ...inside];
  const states = files.map(async (file) => {
    const { ino, size, mtimeNs } = await readable(file, () => stat(file, { bigint: true }));
    return `${file}:${ino}:${size}:${mtimeNs}`;
  });
  return (await Promise.all(states)).join(" ");
}

async function readable<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw wrong(file, code === "ENOENT" ? "there is no such file" : `cannot be read (${code})`);
  }
}

function wrong(file: string, what: string): ConfigurationError {
  return new ConfigurationError([{ where: file, what }]);
}
