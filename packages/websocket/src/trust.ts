import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";

/** Whom a dialler believes. Without any of it: the authorities that Node trusts. */
export interface Trust {
  /** Authorities to believe instead, PEM. */
  readonly ca?: readonly string[];
  /** SHA-256 of the server's certificate (DER), hexadecimal: exactly one with such a hash is believed, and no authority. */
  readonly certificateHashes?: readonly string[];
  /** Believe anybody. */
  readonly insecure?: boolean;
  /** What this side shows of itself when it is asked, PEM. */
  readonly identity?: { readonly cert: string; readonly key: string };
}

/** Makes a TLS connection and verifies the server before a single byte of the request is sent. */
export function connectTls(
  url: URL,
  trust: Trust,
  onReady: (socket: TLSSocket) => void,
  onFailed: (reason: string) => void,
): TLSSocket {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const { ca, certificateHashes, insecure, identity } = trust;
  const socket = connect({
    host,
    port: Number(url.port || 443),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca: [...ca] }),
    ...(identity ?? {}),
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
