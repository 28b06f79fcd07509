import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";

/** Whom a dialler believes, as when it dials by QUIC. Without any of it: the authorities that Node trusts. */
export interface Trust {
  /** The name that the server's certificate must have. Default: the host that is dialled. */
  readonly serverName?: string;
  /** PEM of the authorities to trust, in place of Node's. */
  readonly ca?: string;
  /** SHA-256 of the certificates to trust (DER), hexadecimal, colons allowed, in place of authorities and names. */
  readonly certificateHashes?: readonly string[];
  /** Trusts any certificate: for development. */
  readonly insecure?: boolean;
  /** Our own certificate chain and key, PEM, for servers that ask for one. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/**
 * Makes a TLS connection and verifies the server before a single byte of the request is sent. Throws where the options
 * hold no valid PEM.
 */
export function connectTls(
  url: URL,
  trust: Trust,
  onReady: (socket: TLSSocket) => void,
  onFailed: (reason: string) => void,
): TLSSocket {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const { ca, certificateHashes, insecure, certificate } = trust;
  const name = trust.serverName ?? host;
  const socket = connect({
    host,
    port: Number(url.port || 443),
    ...(isIP(name) === 0 ? { servername: name } : {}),
    ...(ca === undefined ? {} : { ca }),
    ...(certificate ?? {}),
    ALPNProtocols: ["http/1.1"],
    rejectUnauthorized: insecure !== true && certificateHashes === undefined,
  });
  const fail = (error: Error) => onFailed(error.message);
  socket.once("error", fail);
  socket.once("secureConnect", () => {
    const leaf = socket.getPeerX509Certificate();
    if (certificateHashes !== undefined && !hasHash(leaf, certificateHashes)) {
      socket.destroy(new Error("the server's certificate has another hash"));
      return;
    }
    socket.off("error", fail);
    onReady(socket);
  });
  return socket;
}

function hasHash(leaf: X509Certificate | undefined, hashes: readonly string[]): boolean {
  const actual = leaf?.fingerprint256.replaceAll(":", "").toLowerCase();
  return hashes.some((hash) => hash.replaceAll(":", "").trim().toLowerCase() === actual);
}
