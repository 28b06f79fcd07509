import type { ConnectionInfo } from "@moq-relay/protocol/transport";
import type { NativeInfo } from "./native.ts";

/** What the application is told of a connection. */
export function connectionInfo(info: NativeInfo, dialled: boolean, protocol: string): ConnectionInfo {
  return {
    binding: info.webtransport ? "webtransport" : "quic",
    dialled,
    remote: info.remote,
    authority: info.authority,
    path: info.path,
    protocol,
    indirect: info.fromPage,
    peerCertificates: info.certificates.map((certificate) => new Uint8Array(certificate)),
  };
}
