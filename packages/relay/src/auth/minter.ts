import { SignJWT } from "jose";
import type { KeySet } from "./key-set.ts";

export interface MinterOptions {
  readonly keys: () => KeySet;
  /** Own address, host:port; undefined for a node that is not dialled. */
  readonly node: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Milliseconds that a token is good for: a dial, and clocks that differ. */
export const TOKEN_LIFETIME: number = 120_000;

/** Makes the tokens with which this node shows the others that it is of their cluster. */
export class TokenMinter {
  readonly #options: MinterOptions;

  constructor(options: MinterOptions) {
    this.#options = options;
  }

  /**
   * A token for one dial, which is of no use at any other relay. Rejects when there is no key to sign with.
   *
   * @param audience the address that is dialled, host:port.
   */
  async mint(audience: string): Promise<string> {
    const { keys, node, now } = this.#options;
    const key = keys().signing;
    if (!key) throw new Error("no key here can sign");
    const issued = Math.floor(now() / 1_000);
    const claims = { root: "", put: [""], get: [""], cluster: true, ...(node === undefined ? {} : { node }) };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: key.algorithm, ...(key.kid === undefined ? {} : { kid: key.kid }) })
      .setIssuedAt(issued)
      .setExpirationTime(issued + TOKEN_LIFETIME / 1_000)
      .setAudience(audience)
      .sign(key.signing);
  }
}
