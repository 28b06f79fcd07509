import { ownAddress } from "../development.ts";
import type { Section } from "../option.ts";
import { certificateName, duration, file, socketAddress, version } from "../value.ts";

/** QUIC and WebTransport, accepting. */
export const LISTEN: Section<"listen"> = {
  "listen.bind": {
    shape: "value",
    type: socketAddress,
    flag: "listen",
    default: "[::]:443",
    development: ownAddress,
    placeholder: "ADDR:PORT",
    help: "QUIC and WebTransport on this UDP address",
    group: "Listen",
    older: { paths: ["server.bind"], toml: ["server.listen", "listen"] },
  },
  "listen.tls.cert": {
    shape: "list",
    type: file,
    placeholder: "FILE",
    help: "certificate chain, PEM; read again when it changes",
    group: "Listen",
    older: { paths: ["server.tls.cert"], flags: ["tls-cert"] },
  },
  "listen.tls.key": {
    shape: "list",
    type: file,
    placeholder: "FILE",
    help: "its private key, PEM",
    group: "Listen",
    older: { paths: ["server.tls.key"], flags: ["tls-key"] },
  },
  "listen.tls.generate": {
    shape: "list",
    type: certificateName,
    development: ["localhost", "127.0.0.1", "::1"],
    placeholder: "NAME",
    help: "or a generated one for these names (development)",
    group: "Listen",
    older: { paths: ["server.tls.generate"], flags: ["tls-generate"] },
  },
  "listen.version": {
    shape: "list",
    type: version,
    placeholder: "VERSION",
    help: "accept only these versions of MoQ",
    group: "Listen",
    rare: true,
    older: { paths: ["server.version"] },
  },
  "listen.timeout": {
    shape: "value",
    type: duration,
    default: "10s",
    placeholder: "TIME",
    help: "time for a handshake; 0 waits for ever",
    group: "Listen",
    rare: true,
  },
};
