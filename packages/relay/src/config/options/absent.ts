import type { Absent } from "../option.ts";

/**
 * What the Rust relay has or had and this version has not. An operator who writes one of these is told by name: a key
 * that is silently ignored, such as one that restricts access, would be worse than a relay that does not start.
 */
export const ABSENT: readonly Absent[] = [
  later("auth.url", "asking an auth server comes later; anonymous access is auth.public"),
  later("auth.api", "asking an auth server comes later; anonymous access is auth.public", { paths: ["auth.auth-api"] }),
  later("auth.api-mode", "asking an auth server comes later; anonymous access is auth.public"),
  later("auth.public-api", "asking an auth server comes later; list the paths in auth.public"),
  later("auth.domain", "access by domain comes later; anonymous access is auth.public", { paths: ["auth.domains"] }),
  later("auth.mtls-tier", "client certificates come later; leave it out"),
  later("auth.tls.root", "asking an auth server comes later; leave it out"),
  later("auth.tls.cert", "asking an auth server comes later; leave it out"),
  later("auth.tls.key", "asking an auth server comes later; leave it out"),
  laterToggle("auth.tls.insecure", "asking an auth server comes later; leave it out", false, {
    paths: ["auth.tls.disable-verify"],
  }),

  later("listen.tcp.bind", "TCP without HTTP comes later; use web.http.listen", { paths: ["server.tcp.bind"] }),
  later("listen.unix.bind", "Unix sockets come later; use web.http.listen", { paths: ["server.unix.bind"] }),
  later("listen.unix.allow.uid", "Unix sockets come later; leave it out", { paths: ["server.unix.allow.uid"] }),
  later("listen.unix.allow.gid", "Unix sockets come later; leave it out", { paths: ["server.unix.allow.gid"] }),
  later("listen.unix.allow.pid", "Unix sockets come later; leave it out", { paths: ["server.unix.allow.pid"] }),
  later("listen.preferred-v4", "a preferred address comes later; leave it out", { paths: ["server.preferred-v4"] }),
  later("listen.preferred-v6", "a preferred address comes later; leave it out", { paths: ["server.preferred-v6"] }),
  later("listen.quic-lb.id", "QUIC-LB comes later; leave it out", {
    paths: ["server.quic-lb.id"],
    toml: ["listen.quic-lb-id", "server.quic-lb-id", "listen.lb-id", "server.lb-id"],
  }),
  later("listen.quic-lb.nonce", "QUIC-LB comes later; leave it out", {
    paths: ["server.quic-lb.nonce"],
    toml: ["listen.quic-lb-nonce", "server.quic-lb-nonce", "listen.lb-nonce", "server.lb-nonce"],
  }),

  later("connect.url", "dialling is cluster.connect", {
    flags: ["connect", "client-connect"],
    toml: ["client.connect", "client.url", "connect.connect"],
  }),
  later("connect.race", "addresses are tried in order; leave it out", { paths: ["client.failover-delay"] }),
  later("connect.resolution-delay", "addresses are tried in order; leave it out", {
    paths: ["client.resolution-delay"],
  }),
  laterToggle("connect.once", "links between relays are dialled again for ever; leave it out", false),
  laterToggle("client.reconnect", "links between relays are dialled again for ever; leave it out", true),
  later("connect.tls.host-name", "the name in the certificate must be the one that is dialled; leave it out", {
    paths: ["client.tls.host-name"],
    flags: ["tls-host-name"],
  }),
  laterToggle("connect.websocket.enabled", "how a relay is dialled follows from its URL (https or wss)", undefined, {
    paths: ["client.websocket.enabled"],
    flags: ["websocket-enabled"],
  }),
  later("connect.websocket.delay", "how a relay is dialled follows from its URL (https or wss)", {
    paths: ["client.websocket.delay"],
    flags: ["websocket-delay"],
  }),
  later("connect.bind", "the system chooses the local address of dials; leave it out", { paths: ["client.bind"] }),
  laterToggle(
    "connect.tls.system-roots",
    "the system's authorities are trusted where connect.tls.root gives no other; to trust both, name both there",
    undefined,
    { paths: ["client.tls.system-roots"], flags: ["tls-system-roots"] },
  ),
  later("goaway.redirect", "following a GOAWAY comes later; leave it out", {
    toml: ["connect.goaway.redirect", "client.goaway.redirect"],
  }),
  later("goaway.handover", "following a GOAWAY comes later; leave it out", {
    toml: ["connect.goaway.handover", "client.goaway.handover"],
  }),
  later("quic.qlog", "qlog comes later; leave it out", { paths: ["server.quic.qlog", "client.quic.qlog"] }),

  later("runtime.workers", "the number of threads is chosen by the relay; leave it out"),
  laterToggle("runtime.pin", "the number of threads is chosen by the relay; leave it out", undefined),
  laterToggle("runtime.io-uring", "io_uring is not used; leave it out", false),

  later("cluster.id", "each start picks a new one; leave it out"),
  later("cluster.connect-api", "write the peers to cluster.connect, or use cluster.root"),
  later("cluster.tier", "statistics come later; leave it out"),
  laterToggle("cluster.mesh", 'gossip comes later; `cluster.links = "mesh"` links all nodes of the roots', false),
  laterToggle("cluster.lan.enabled", "finding peers on the LAN comes later; use cluster.root", false, {
    flags: ["cluster-lan"],
  }),
  later("cluster.lan.secret", "finding peers on the LAN comes later; use cluster.root"),
  later("cluster.lan.app", "finding peers on the LAN comes later; use cluster.root"),

  later("web.https.listen", "HTTPS comes later; put a TLS proxy before web.http.listen"),
  later("web.https.cert", "HTTPS comes later; put a TLS proxy before web.http.listen"),
  later("web.https.key", "HTTPS comes later; put a TLS proxy before web.http.listen"),
  later("web.https.root", "HTTPS comes later; put a TLS proxy before web.http.listen"),

  laterToggle("stats.enabled", "statistics broadcasts come later; /metrics is on internal.listen", false),
  later("stats.prefix", "statistics broadcasts come later; /metrics is on internal.listen"),
  later("stats.interval", "statistics broadcasts come later; /metrics is on internal.listen"),
  later("stats.node", "statistics broadcasts come later; /metrics is on internal.listen"),
  later("stats.depth", "statistics broadcasts come later; /metrics is on internal.listen"),
  later("stats.linger", "statistics broadcasts come later; /metrics is on internal.listen"),

  laterToggle("iroh.enabled", "iroh comes later; leave it out", false),
  later("iroh.secret", "iroh comes later; leave it out"),
  later("iroh.bind-v4", "iroh comes later; leave it out"),
  later("iroh.bind-v6", "iroh comes later; leave it out"),
  laterToggle("iroh.disable-relay", "iroh comes later; leave it out", undefined),

  gone("server.backend", "there is one QUIC stack"),
  gone("client.backend", "there is one QUIC stack"),
  gone("cluster.prefix", "members are always announced under .internal/origins"),
  gone("backoff.timeout", "links between relays never give up", {
    toml: ["connect.backoff.timeout", "client.backoff.timeout"],
  }),
];

function later(path: string, advice: string, older?: Absent["older"]): Absent {
  return { state: "later", shape: "value", path, advice, ...(older && { older }) };
}

function laterToggle(path: string, advice: string, off: boolean | undefined, older?: Absent["older"]): Absent {
  return { state: "later", shape: "toggle", path, advice, ...(off !== undefined && { off }), ...(older && { older }) };
}

function gone(path: string, advice: string, older?: Absent["older"]): Absent {
  return { state: "gone", shape: "value", path, advice, ...(older && { older }) };
}
