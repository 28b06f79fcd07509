import { isLoopback } from "./address.ts";
import { flagOf, keyOf } from "./names.ts";
import type { Problem } from "./problem.ts";
import type { RelayConfig } from "./relay-config.ts";
import { describeSource, lineOf } from "./source.ts";

/** Says what is wrong between values that are each right. */
type Check = (config: RelayConfig, say: (path: string, what: string) => void) => void;

const CHECKS: readonly Check[] = [
  certificate,
  clientCertificate,
  trust,
  access,
  developmentOnLoopback,
  clusterOnLoopback,
  timing,
  windows,
  ports,
];

/** The problems of a configuration as a whole. */
export function check(config: RelayConfig): readonly Problem[] {
  const problems: Problem[] = [];
  const say = (path: string, what: string): void => {
    const source = config.sources.get(path);
    const flag = flagOf(path === "listen.bind" ? "listen" : path);
    problems.push({
      where: source ? describeSource(source) : `${keyOf(path)} (${flag})`,
      what,
      ...(source && lineOf(source)),
    });
  };
  for (const one of CHECKS) one(config, say);
  return problems;
}

/** What is allowed and still worth a word. */
export function cautions(config: RelayConfig): readonly string[] {
  const said: string[] = [];
  if (config.cluster.root.length > 0 && config.cluster.node === undefined) {
    said.push("cluster.node is not set: no node can dial this one, so what is published here goes through a root");
  }
  const { node } = config.cluster;
  const { bind, tls } = config.listen;
  if (node !== undefined && bind.port !== 0 && node.port !== bind.port) {
    said.push(
      `cluster.node is ${node.text}, but this relay listens on port ${bind.port}: other nodes will dial ${node.port}`,
    );
  }
  if (tls.cert.length > 0 && tls.generate.length > 0 && !config.development) {
    said.push("listen.tls.generate: there is listen.tls.cert, and a generated one beside it; leave this out");
  }
  if (!isLoopback(bind.host) && isOpen(config)) {
    said.push(`auth.public: everybody who can reach ${bind.text} may publish and watch everything`);
  }
  if (config.internal.listen !== undefined && !isLoopback(config.internal.listen.host)) {
    said.push(`internal.listen: ${config.internal.listen.text} is unprotected; keep it off public networks`);
  }
  if (config.connect.tls.insecure && !config.development) {
    said.push("connect.tls.insecure: certificates of other relays are not checked");
  }
  return said;
}

function isOpen({ auth }: RelayConfig): boolean {
  return [...auth.public, ...auth.publicPublish].some(({ text }) => text === "**");
}

function certificate({ listen }: RelayConfig, say: (path: string, what: string) => void): void {
  const { cert, key, generate } = listen.tls;
  if (cert.length === 0 && key.length === 0 && generate.length === 0) {
    say(
      "listen.tls.cert",
      "no certificate: give listen.tls.cert and listen.tls.key; or start with --dev PORT, which brings all that is needed to try things out on this machine",
    );
  }
  if (cert.length > key.length)
    say("listen.tls.cert", `listen.tls.key is missing for ${cert[key.length]}: give a key for each certificate`);
  if (key.length > cert.length)
    say("listen.tls.key", `listen.tls.cert is missing for ${key[cert.length]}: give a certificate for each key`);
}

function clientCertificate({ connect }: RelayConfig, say: (path: string, what: string) => void): void {
  const { cert, key } = connect.tls;
  if (cert !== undefined && key === undefined) say("connect.tls.cert", "needs connect.tls.key as well");
  if (key !== undefined && cert === undefined) say("connect.tls.key", "needs connect.tls.cert as well");
}

function trust({ connect }: RelayConfig, say: (path: string, what: string) => void): void {
  const { fingerprint, insecure } = connect.tls;
  if (insecure && fingerprint.length > 0) {
    say(
      "connect.tls.insecure",
      "trusts any certificate, connect.tls.fingerprint only some: keep one of them (--connect-tls-insecure=false)",
    );
  }
}

function access({ auth }: RelayConfig, say: (path: string, what: string) => void): void {
  if (auth.public.length + auth.publicSubscribe.length + auth.publicPublish.length === 0) {
    say(
      "auth.public",
      "nobody could connect: give the paths that are open to all, such as 'anon', or '' for everything",
    );
  }
}

function developmentOnLoopback(config: RelayConfig, say: (path: string, what: string) => void): void {
  if (!config.development) return;
  const why = "is not on loopback, and development mode is open to all: leave out --dev, or the address";
  const { bind } = config.listen;
  if (!isLoopback(bind.host)) say("listen.bind", `${bind.text} ${why}`);
  const web = config.web.http.listen;
  if (web && !isLoopback(web.host)) say("web.http.listen", `${web.text} ${why}`);
}

function clusterOnLoopback(config: RelayConfig, say: (path: string, what: string) => void): void {
  const { root, node, connect } = config.cluster;
  if (root.length === 0 && node === undefined && connect.length === 0) return;
  const why = "a cluster without credentials runs on loopback only (credentials come with a later version)";
  const { bind } = config.listen;
  if (!isLoopback(bind.host))
    say("listen.bind", `${bind.text} is not on loopback: ${why}; listen on 127.0.0.1:${bind.port}`);
  const web = config.web.http.listen;
  if (web && !isLoopback(web.host)) {
    say("web.http.listen", `${web.text} is not on loopback: ${why}; listen on 127.0.0.1:${web.port}`);
  }
  const others = [
    ...root.map((one) => ["cluster.root", one] as const),
    ...connect.map((one) => ["cluster.connect", one] as const),
    ...(node ? [["cluster.node", node] as const] : []),
  ];
  for (const [path, one] of others) {
    if (!isLoopback(one.host)) say(path, `${one.text} is not on loopback: ${why}`);
  }
}

function timing({ quic, backoff }: RelayConfig, say: (path: string, what: string) => void): void {
  if (quic.keepAlive >= quic.idleTimeout) {
    say("quic.keep-alive", "must be less than quic.idle_timeout, or connections without traffic end");
  }
  if (backoff.max !== undefined && backoff.max < backoff.initial) {
    say("backoff.max", "must be at least backoff.initial");
  }
}

function windows({ quic }: RelayConfig, say: (path: string, what: string) => void): void {
  if (quic.streamReceiveWindow > quic.receiveWindow) {
    say("quic.stream-receive-window", "must be at most quic.receive_window, or one stream can hold up all others");
  }
}

function ports({ web, internal }: RelayConfig, say: (path: string, what: string) => void): void {
  const shared = web.http.listen && internal.listen && web.http.listen.text === internal.listen.text;
  if (shared && internal.listen.port !== 0) say("internal.listen", "must not be the same address as web.http.listen");
}
