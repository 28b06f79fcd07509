import { isIPv4, isIPv6 } from "node:net";

/** An address to bind: an IP address without brackets, a port (0: the system picks one), and both as text. */
export interface SocketAddress {
  readonly host: string;
  readonly port: number;
  /** `host:port`, IPv6 in brackets. */
  readonly text: string;
}

/** A relay by name: lower-case host name or IP address (IPv6 without brackets), port, and both as text. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
  /** `host:port`, IPv6 in brackets. Two spellings of one address have the same text. */
  readonly text: string;
}

/** A relay to dial, with everything that a URL can say. */
export interface Peer extends HostPort {
  /** `https`, `http` (take the certificate's hash from there first), `moqt` (raw QUIC), `wss` or `ws`. */
  readonly scheme: PeerScheme;
  /** Path of the session's root, beginning with "/". */
  readonly path: string;
  /** Cost of the link; undefined: what the other end says, else by its round trip. */
  readonly cost: number | undefined;
  /** The token in its query (`?jwt=`). */
  readonly token: string | undefined;
  /** The whole as a URL, without the query. */
  readonly url: string;
}

export type PeerScheme = "https" | "http" | "moqt" | "wss" | "ws";

// A map, since every plain object has a "constructor", too.
const SCHEMES: ReadonlyMap<string, PeerScheme> = new Map([
  ["https", "https"],
  ["http", "http"],
  ["moqt", "moqt"],
  ["moql", "moqt"],
  ["wss", "wss"],
  ["ws", "ws"],
]);

/** A value that an operator wrote is not what it should be; the message names what would be. */
export class ValueError extends Error {
  override readonly name = "ValueError";
}

/** Reads `[::]:443`, `0.0.0.0:443`, `localhost:4443` or `:4443` (all addresses). Throws `ValueError`. */
export function parseSocketAddress(text: string): SocketAddress {
  const match = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(text.trim());
  if (match === null) {
    const hint = /^\d+$/.test(text) ? `":${text}" for all addresses` : `an address and a port such as "[::]:443"`;
    throw new ValueError(`"${text}" is not an address to listen on: write ${hint}`);
  }
  const port = parsePort(match[2]!, text);
  const host = bindHost(match[1]!);
  if (host === undefined) {
    throw new ValueError(`"${match[1]}" is not an IP address: names cannot be listened on, write the address itself`);
  }
  return { host, port, text: join(host, port) };
}

/**
 * Reads the name of a relay, with or without scheme and port: `relay.example.com`, `10.0.0.1:4443`, `[::1]:4443`,
 * `https://relay.example.com/`. The port defaults to 443. Throws `ValueError`.
 */
export function parseHostPort(text: string): HostPort {
  const peer = parsePeer(text);
  if (peer.path !== "/" || peer.cost !== undefined || peer.token !== undefined) {
    throw new ValueError(`"${redact(text)}" has more than a host and a port: write "${peer.text}"`);
  }
  return { host: peer.host, port: peer.port, text: peer.text };
}

/** Reads a relay to dial: a URL (`?cost=` prices the link), or a host with or without port. Throws `ValueError`. */
export function parsePeer(text: string): Peer {
  const written = text.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(written);
  if (scheme === null) {
    if (!/^[^/?#@\s]+$/.test(written)) throw notAHost(text);
    return peerOf("https", new URLParts(text, `https://${written}`));
  }
  const known = SCHEMES.get(scheme[1]!.toLowerCase());
  if (known === undefined) {
    throw new ValueError(`"${redact(text)}": the scheme must be https, http, moqt, wss or ws`);
  }
  // The parser normalises hosts only for the schemes that the URL standard calls special, and skips extra slashes.
  const rest = written.slice(scheme[0].length);
  if (/^[/\\]/.test(rest)) throw notAHost(text);
  return peerOf(known, new URLParts(text, `https://${rest}`));
}

/** True for 127.0.0.0/8, ::1, `localhost` and names under it. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith("127.");
  return host === "::1" || host === "localhost" || host.endsWith(".localhost");
}

/** Hides what a URL may carry in secret: user, password and query. */
export function redact(text: string): string {
  return text.replace(/\/\/[^/?#@]*@/, "//…@").replace(/\?.*$/, "?…");
}

/** The parts of a URL that the standard's parser gives, and the port that was written (which it drops when it is 443). */
class URLParts {
  readonly url: URL;
  readonly text: string;
  readonly port: number | undefined;

  constructor(text: string, url: string) {
    this.text = text;
    try {
      this.url = new URL(url);
    } catch {
      throw notAHost(text);
    }
    const port = /^[^/?#]*?:(\d+)(?=[/?#]|$)/.exec(url.slice("https://".length).replace(/^\[[^\]]*\]/, ""));
    this.port = port === null ? undefined : parsePort(port[1]!, redact(text));
  }
}

function peerOf(scheme: PeerScheme, parts: URLParts): Peer {
  const { url, text } = parts;
  if (url.username !== "" || url.password !== "") throw new ValueError(`"${redact(text)}": no user or password here`);
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  if (!/^[a-z0-9:_-]+(\.[a-z0-9:_-]+)*$/.test(host)) throw notAHost(text);
  const port = parts.port ?? (scheme === "http" || scheme === "ws" ? 80 : 443);
  if (port === 0) throw new ValueError(`"${redact(text)}": a relay cannot be dialled at port 0`);
  const path = url.pathname;
  const joined = join(host, port);
  const token = url.searchParams.get("jwt") || undefined;
  return {
    scheme,
    host,
    port,
    text: joined,
    path,
    token,
    cost: costOf(url, text),
    url: `${scheme}://${joined}${path}`,
  };
}

function costOf(url: URL, text: string): number | undefined {
  for (const key of url.searchParams.keys()) {
    if (key === "cost" || key === "jwt") continue;
    throw new ValueError(`"${redact(text)}": "${key}" is unknown here; only ?cost= and ?jwt= are`);
  }
  const written = url.searchParams.get("cost");
  if (written === null) return undefined;
  const cost = Number(written);
  if (!/^\d+$/.test(written) || !Number.isSafeInteger(cost)) {
    throw new ValueError(`"${redact(text)}": the cost must be a whole number, not "${written}"`);
  }
  return cost;
}

/** The address in what stands before the port; undefined when it is none. */
function bindHost(written: string): string | undefined {
  if (written === "") return "::";
  if (written === "localhost") return "127.0.0.1";
  if (written.startsWith("[")) {
    const inner = written.slice(1, -1);
    return isIPv6(inner) ? inner : undefined;
  }
  return isIPv4(written) ? written : undefined;
}

function parsePort(digits: string, text: string): number {
  const port = Number(digits);
  if (port > 65_535) throw new ValueError(`"${text}": a port is at most 65535`);
  return port;
}

function join(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function notAHost(text: string): ValueError {
  return new ValueError(`"${redact(text)}" is not a relay: write a host, a host and port, or a URL`);
}
