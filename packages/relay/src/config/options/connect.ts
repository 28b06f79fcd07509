import type { Section } from "../option.ts";
import { duration, factor, file, fingerprint, positiveDuration, toggle, version } from "../value.ts";

/** Dialling other relays. */
export const CONNECT: Section<"connect"> = {
  "connect.tls.root": {
    shape: "list",
    type: file,
    placeholder: "FILE",
    help: "authorities to trust, PEM, not the system's",
    group: "Connect",
    older: { paths: ["client.tls.root"], flags: ["tls-root"] },
  },
  "connect.tls.fingerprint": {
    shape: "list",
    type: fingerprint,
    placeholder: "SHA256",
    help: "trust exactly the certificates with this hash",
    group: "Connect",
    older: { paths: ["client.tls.fingerprint"], flags: ["tls-fingerprint"] },
  },
  "connect.tls.insecure": {
    shape: "toggle",
    type: toggle,
    default: "false",
    development: "true",
    help: "trust any certificate; for development",
    group: "Connect",
    older: {
      paths: ["client.tls.disable-verify"],
      flags: ["tls-disable-verify"],
      toml: ["connect.tls.disable-verify"],
    },
  },
  "connect.tls.cert": {
    shape: "value",
    type: file,
    placeholder: "FILE",
    help: "certificate to present to other relays, PEM",
    group: "Connect",
    rare: true,
    older: { paths: ["client.tls.cert"] },
  },
  "connect.tls.key": {
    shape: "value",
    type: file,
    placeholder: "FILE",
    help: "its private key, PEM",
    group: "Connect",
    rare: true,
    older: { paths: ["client.tls.key"] },
  },
  "connect.version": {
    shape: "list",
    type: version,
    placeholder: "VERSION",
    help: "offer only these versions of MoQ",
    group: "Connect",
    rare: true,
    older: { paths: ["client.version"] },
  },
  "connect.timeout": {
    shape: "value",
    type: duration,
    default: "30s",
    placeholder: "TIME",
    help: "time for a dial and its handshake; 0 waits for ever",
    group: "Connect",
    rare: true,
    older: { paths: ["client.connect-timeout"], toml: ["client.timeout"] },
  },
};

/** Waiting between dials. */
export const BACKOFF: Section<"backoff"> = {
  "backoff.initial": {
    shape: "value",
    type: positiveDuration,
    default: "250ms",
    placeholder: "TIME",
    help: "longest wait before the second dial; waits are random up to their length",
    group: "Connect",
    rare: true,
    older: { toml: ["connect.backoff.initial", "client.backoff.initial"] },
  },
  "backoff.multiplier": {
    shape: "value",
    type: factor,
    default: "2",
    placeholder: "FACTOR",
    help: "growth of the wait from dial to dial",
    group: "Connect",
    rare: true,
    older: { toml: ["connect.backoff.multiplier", "client.backoff.multiplier"] },
  },
  "backoff.max": {
    shape: "value",
    type: positiveDuration,
    placeholder: "TIME",
    help: "longest wait; without it 1s, and 10ms a node in clusters of more than a hundred",
    group: "Connect",
    rare: true,
    older: { toml: ["connect.backoff.max", "client.backoff.max"] },
  },
};
