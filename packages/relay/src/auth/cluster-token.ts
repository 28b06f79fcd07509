import { readFile } from "node:fs/promises";
import { ConfigurationError } from "../config/index.ts";
import type { TokenMinter } from "./minter.ts";

/** What a node shows to a root or node that it dials: the token for that address, host:port. */
export type Presented = (address: string) => Promise<string>;

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * The token of `cluster.token`: the text itself, or of the file that it names. Throws `ConfigurationError` when the file
 * cannot be read or holds none.
 */
export async function readClusterToken(written: string): Promise<string> {
  if (TOKEN.test(written)) return written;
  // A token that was cut short looks like the name of a file, and is still a secret.
  const file = written.length < 200 ? written : `${written.slice(0, 8)}…`;
  const text = await readFile(written, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw wrong(file, error.code === "ENOENT" ? "there is no such file" : `cannot be read (${error.code})`);
  });
  const token = text.trim();
  if (!TOKEN.test(token)) throw wrong(file, "holds no token (JWT)");
  return token;
}

/** A token that was given is used as it is; else each dial has one of its own, where there is a key to sign it with. */
export function presented(token: string | undefined, minter: TokenMinter | undefined): Presented | undefined {
  if (token !== undefined) return async () => token;
  return minter && ((address) => minter.mint(address));
}

function wrong(file: string, what: string): ConfigurationError {
  return new ConfigurationError([{ where: `cluster.token: ${file}`, what }]);
}
