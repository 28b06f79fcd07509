import { FRAMINGS, type Framing } from "../codec/framing.ts";

/** The framing's name in `Sec-WebSocket-Protocol`, alone or before a dot and the MoQ protocol. */
function nameOf(framing: Framing): string {
  return framing === "legacy" ? "webtransport" : framing;
}

/** The newer drafts of MoQ transport came after qmux-00 and before qmux-02, and their clients use only this one. */
const ONLY_QMUX_01 = /^moqt-(1[89]|2\d)$/;

/** What was agreed in an upgrade. */
export interface Agreement {
  readonly framing: Framing;
  /** The value for `Sec-WebSocket-Protocol`; undefined for none. */
  readonly subprotocol: string | undefined;
  /** The MoQ protocol, "" when the SETUP exchange is to decide. */
  readonly protocol: string;
}

/**
 * The subprotocols that a client offers: for each MoQ protocol, favourite first, the framings, newest first; then, with
 * `bare`, the framings alone, for servers that settle the protocol by SETUP.
 */
export function offerSubprotocols(protocols: readonly string[], bare: boolean): string[] {
  const offers: string[] = [];
  for (const protocol of protocols) {
    for (const framing of FRAMINGS) {
      if (framing === "legacy" || (ONLY_QMUX_01.test(protocol) && framing !== "qmux-01")) continue;
      offers.push(`${framing}.${protocol}`);
    }
  }
  if (bare) offers.push(...FRAMINGS.map(nameOf));
  return offers;
}

/** What an accepted (or offered) subprotocol means. A name without a framing is a plain MoQ protocol, over qmux-01. */
export function parseSubprotocol(subprotocol: string | undefined): Agreement {
  if (subprotocol === undefined || subprotocol === "")
    return { framing: "legacy", subprotocol: undefined, protocol: "" };
  for (const framing of FRAMINGS) {
    const name = nameOf(framing);
    if (subprotocol === name) return { framing, subprotocol, protocol: "" };
    if (subprotocol.startsWith(`${name}.`))
      return { framing, subprotocol, protocol: subprotocol.slice(name.length + 1) };
  }
  return { framing: "qmux-01", subprotocol, protocol: subprotocol };
}

/** The MoQ protocols in a client's list, each once, in its order. */
export function protocolsIn(subprotocols: readonly string[]): string[] {
  const protocols = subprotocols.map((subprotocol) => parseSubprotocol(subprotocol).protocol);
  return [...new Set(protocols)].filter((protocol) => protocol !== "");
}

/**
 * The server's choice for `protocol` ("" for none) among a client's subprotocols: the newest framing that goes with it.
 * Undefined when the client offers nothing of the kind. A client without any list speaks the legacy framing.
 */
export function chooseSubprotocol(subprotocols: readonly string[], protocol: string): Agreement | undefined {
  if (subprotocols.length === 0) return protocol === "" ? parseSubprotocol(undefined) : undefined;
  const names = FRAMINGS.map((framing) => (protocol === "" ? nameOf(framing) : `${nameOf(framing)}.${protocol}`));
  // A plain name comes after those with a framing of QMux and before the legacy one.
  if (protocol !== "") names.splice(names.length - 1, 0, protocol);
  const choice = names.find((name) => subprotocols.includes(name));
  return choice === undefined ? undefined : parseSubprotocol(choice);
}
