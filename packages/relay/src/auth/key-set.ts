import type { TokenKey } from "./key.ts";
import { TokenRefusal } from "./refusal.ts";

/** The keys that are in force. */
export class KeySet {
  readonly #keys: readonly TokenKey[];

  constructor(keys: readonly TokenKey[]) {
    this.#keys = keys;
  }

  get size(): number {
    return this.#keys.length;
  }

  /** The key that a token was signed with. Throws `TokenRefusal` with "unknown key" or "algorithm". */
  find(kid: unknown, algorithm: unknown): TokenKey {
    const key = this.#named(kid);
    if (!key) throw new TokenRefusal("unknown key", kid === undefined ? "it names no key" : "no key has this id");
    if (key.algorithm !== algorithm && !(key.algorithm === "EdDSA" && algorithm === "Ed25519")) {
      throw new TokenRefusal("algorithm", `the key is for ${key.algorithm}`);
    }
    return key;
  }

  /** The first key that can sign; undefined when all are public. */
  get signing(): (TokenKey & { readonly signing: NonNullable<TokenKey["signing"]> }) | undefined {
    return this.#keys.find((key) => key.signing !== undefined) as never;
  }

  /** One key alone needs no name, as in the Rust relay; a name that it has must still be the right one. */
  #named(kid: unknown): TokenKey | undefined {
    const [only, another] = this.#keys;
    if (!another && (kid === undefined || only?.kid === undefined)) return only;
    return kid === undefined ? undefined : this.#keys.find((key) => key.kid === kid);
  }
}
