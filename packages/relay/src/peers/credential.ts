/** What shows that a session is with a relay of the cluster, and what it may say of itself. */
export interface Credential {
  /**
   * The address at which the relay can be dialled, of the one that it told: that one; "" where nothing shows that it is there,
   * so that nobody dials it; undefined where the credential is another's, so that it is not believed at all.
   */
  addressOf(told: string): string | undefined;
}

/** Everybody is on this machine: a relay's word is enough. */
export const WORD: Credential = { addressOf: (told) => told };

/** A relay that we dialled, and that proved its name: it may say what is true of that name. */
export function dialledCredential(host: string): Credential {
  return { addressOf: (told) => (hostOf(told) === host ? told : "") };
}

/** The host of `host:port`, without the brackets of IPv6. */
export function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}

/** What a peer showed at the door. */
export interface Shown {
  /** Undefined: it may still be a relay, if everybody's word is believed. */
  readonly credential?: Credential | undefined;
  /** Milliseconds since 1970 at which its session must end. */
  readonly until?: number | undefined;
}
