/** Where a dial goes. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** WebTransport: the whole URL. */
  readonly url?: string;
}

/**
 * Reads `https://host[:port]/path` (WebTransport) or `host:port` (raw QUIC), IPv6 addresses in brackets. Throws a
 * `TypeError` that says what is wrong.
 */
export function parseTarget(target: string): Target {
  const webTransport = target.startsWith("https://");
  const url = URL.parse(webTransport ? target : `quic://${target}`);
  if (url === null) throw new TypeError(`neither an https URL nor host:port: ${target}`);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  if (webTransport) {
    url.hash = "";
    return { host, port: Number(url.port || 443), url: url.href };
  }
  if (host === "" || url.port === "" || url.pathname !== "") throw new TypeError(`not host:port: ${target}`);
  return { host, port: Number(url.port) };
}
