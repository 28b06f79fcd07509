import type { Option } from "./option.ts";

/**
 * For the tests: values to write for each option, as text, none of them the default. An option without samples fails the
 * test that goes through all options in all sources.
 */
const SAMPLES: Readonly<Record<string, readonly (string | readonly string[])[]>> = {
  "listen.bind": ["127.0.0.1:4443", "[::1]:1", ":4443", "localhost:9"],
  "listen.tls.cert": [["a.pem"], ["a.pem", "b.pem"]],
  "listen.tls.key": [["a.key"], ["a.key", "b.key"]],
  "listen.tls.generate": [["localhost"], ["localhost", "127.0.0.1", "[::1]"]],
  "listen.tls.root": [["peers.pem"], ["a.pem", "b.pem"]],
  "listen.version": [["moq-lite-05"], ["moq-lite-06", "moq-lite-03"]],
  "listen.timeout": ["3s", "250ms", "0s"],
  "cluster.root": [["a.example"], ["a.example:1", "https://b.example/"]],
  "cluster.node": ["c.example", "https://c.example:4443/"],
  "cluster.connect": [["https://a.example/?cost=3"], ["a.example", "b.example:4443"]],
  "cluster.links": ["mesh", "root"],
  "cluster.max-links": ["1", "500"],
  "cluster.state": ["members.json"],
  "cluster.token": ["a.b.c", "cluster.jwt"],
  "cluster.standby": [["live/**"], ["a", "b/*"]],
  "cluster.linger": ["1s", "0s"],
  "cluster.max-hops": ["1", "31"],
  "connect.tls.root": [["ca.pem"], ["ca.pem", "cb.pem"]],
  "connect.tls.fingerprint": [["ab".repeat(32)], [`${"AB:".repeat(31)}AB`]],
  "connect.tls.insecure": ["true"],
  "connect.tls.cert": ["c.pem"],
  "connect.tls.key": ["c.key"],
  "connect.version": [["moq-lite-04"]],
  "connect.timeout": ["1m30s", "0s"],
  "backoff.initial": ["10ms"],
  "backoff.multiplier": ["1.5"],
  "backoff.max": ["7s"],
  "auth.key": ["root.jwk"],
  "auth.key-dir": ["keys"],
  "auth.public": [[""], ["anon"], ["anon/**", "demo"]],
  "auth.public-subscribe": [["anon"], ["**"]],
  "auth.public-publish": [["anon/*/cam-*"]],
  "web.http.listen": ["127.0.0.1:80"],
  "web.ws": ["false"],
  "internal.listen": ["127.0.0.1:9101"],
  "drain-timeout": ["1s", "0s"],
  "quic.max-streams": ["7", "100000"],
  "quic.idle-timeout": ["30s"],
  "quic.keep-alive": ["5s", "0s"],
  "quic.congestion-control": ["delay", "BBR"],
  "quic.gso": ["false"],
  "quic.mtu-discovery": ["false"],
  "quic.receive-window": ["64MiB", "67108865"],
  "quic.stream-receive-window": ["8MB"],
  "quic.send-window": ["33554432"],
  "cache.capacity": ["8GiB", "50%"],
  "cache.headroom": ["1GiB", "20%"],
  "cache.duration": ["5s"],
  "log.level": ["debug", "off"],
  "log.format": ["json"],
};

/** Values to write for an option. */
export function samplesOf(option: Option): readonly (string | readonly string[])[] {
  if (option.group === "Limits") return ["7"];
  return SAMPLES[option.path] ?? [];
}
