import type { Path } from "@moq-relay/protocol/model";
import type { ConnectionInfo } from "@moq-relay/protocol/transport";
import { type Claims, isNamed, TokenRefusal, type TokenVerifier } from "../auth/index.ts";
import type { Credential, Shown } from "../peers/credential.ts";
import { hostOf } from "../peers/credential.ts";
import { type Grants, type PublicAccess, publicGrants, relayGrants, tokenGrants } from "../peers/grants.ts";

export interface AdmissionOptions {
  /** What is open to all. */
  readonly access: PublicAccess;
  /** Undefined: there are no keys, and tokens are not looked at. */
  readonly verifier?: TokenVerifier | undefined;
  /** Tokens that are being checked at once; further ones are answered with 503. */
  readonly maxChecks?: number;
  /** A token was not taken. */
  onTokenRefused?(refusal: TokenRefusal, remote: string): void;
}

/** What somebody who knocks may do, and what showed it. */
export interface Admitted {
  readonly grants: Grants;
  readonly shown: Shown;
}

/**
 * Decides who is let in, for every door alike: by token, else by a relay's certificate, else by what is open to all. A token that
 * is not right lets nobody in, whatever is open.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  #checking = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** What the one who came to `root` may do, or the status of its refusal. */
  of(info: ConnectionInfo, root: Path): Admitted | number | Promise<Admitted | number> {
    const { access, verifier, maxChecks = DEFAULT_MAX_CHECKS } = this.#options;
    const tokens = verifier ? tokensIn(info.path) : [];
    if (verifier && tokens.length > 0) {
      return this.#checking >= maxChecks ? 503 : this.#check(verifier, tokens, info, root);
    }
    const leaf = certificateOf(info);
    if (leaf) return { grants: relayGrants(root), shown: shownBy(root, certified(leaf)) };
    const grants = publicGrants(root, access);
    return grants ? { grants, shown: {} } : 401;
  }

  async #check(
    verifier: TokenVerifier,
    tokens: string[],
    info: ConnectionInfo,
    root: Path,
  ): Promise<Admitted | number> {
    this.#checking += 1;
    try {
      const [token, another] = tokens;
      if (another !== undefined) throw new TokenRefusal("malformed", "there are two tokens");
      return admitted(await verifier.verify(token!), info, root);
    } catch (error) {
      if (!(error instanceof TokenRefusal)) throw error;
      this.#options.onTokenRefused?.(error, info.remote);
      return 401;
    } finally {
      this.#checking -= 1;
    }
  }
}

const DEFAULT_MAX_CHECKS = 1_024;

function admitted(claims: Claims, info: ConnectionInfo, root: Path): Admitted {
  const { until } = claims;
  if (claims.cluster) {
    const { credential } = shownBy(root, tokenCredential(claims.node, certificateOf(info)));
    return { grants: relayGrants(root), shown: { credential, until } };
  }
  const grants = tokenGrants(root, claims);
  if (!grants) throw new TokenRefusal("path", "it allows nothing at the path of the URL");
  return { grants, shown: { until } };
}

/** Names of a relay's session are those of the cluster, so its root is the top. */
function shownBy(root: Path, credential: Credential): Shown {
  return root === "" ? { credential } : {};
}

/** A relay is where its certificate says that it is; the port is its own choice. */
function certified(leaf: Uint8Array): Credential {
  return { addressOf: (told) => (told === "" || isNamed(leaf, hostOf(told)) ? told : undefined) };
}

/** A token that names no node shows that it is one, not where: that it has to show by certificate. */
function tokenCredential(node: string | undefined, leaf: Uint8Array | undefined): Credential {
  if (node !== undefined) return { addressOf: (told) => (told === node || told === "" ? told : undefined) };
  return { addressOf: (told) => (leaf && isNamed(leaf, hostOf(told)) ? told : "") };
}

/** The certificate of whoever knocks itself: a web page has its browser's, a proxy speaks for others. */
function certificateOf(info: ConnectionInfo): Uint8Array | undefined {
  return info.indirect === true ? undefined : info.peerCertificates[0];
}

/** Tokens in the query of a URL, `?jwt=`. */
function tokensIn(pathAndQuery: string): string[] {
  const at = pathAndQuery.indexOf("?");
  if (at < 0) return [];
  return new URLSearchParams(pathAndQuery.slice(at)).getAll("jwt").filter((token) => token !== "");
}
