import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** More certificates than this are not looked at. */
const LONGEST_CHAIN = 10;

/** Address and port of a socket's peer, for people; IPv6 in brackets, an IPv4 address in IPv6 clothes without them. */
export function remoteOf(socket: Socket): string {
  const address = (socket.remoteAddress ?? "").replace(/^::ffff:(?=\d+\.)/, "");
  return address.includes(":") ? `[${address}]:${socket.remotePort}` : `${address}:${socket.remotePort}`;
}

/** The peer's certificates, leaf first, DER; only where they were verified against an authority. */
export function verifiedChainOf(socket: Socket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  if (!(socket instanceof TLSSocket) || !socket.authorized) return chain;
  let certificate = socket.getPeerX509Certificate();
  while (certificate !== undefined && chain.length < LONGEST_CHAIN) {
    chain.push(new Uint8Array(certificate.raw));
    certificate = certificate.issuerCertificate;
  }
  return chain;
}
