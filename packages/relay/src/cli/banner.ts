import { isRoot, type PathPattern, type RelayConfig } from "../config/index.ts";
import type { LogFields } from "./log.ts";
import type { Started } from "./runnable.ts";

const DAY = 86_400_000;

/** What is shown once when the relay is ready, at most twelve lines. */
export function banner(version: string, config: RelayConfig, started: Started, took: number): string[] {
  const rows: [string, string | undefined][] = [
    ["QUIC", quic(started)],
    [
      "HTTP",
      started.http &&
        `http://${started.http.text}  WebSocket${config.web.ws ? "" : " off"}, /announced, /fetch, /health`,
    ],
    ["internal", started.internal && `http://${started.internal.text}  /metrics, /health`],
    ["certificate", certificate(started)],
    ["access", access(config)],
    ["cluster", cluster(config)],
    ["cache", `${Math.round(config.cache.capacity / 2 ** 20)} MiB`],
  ];
  const mode = config.development ? "development mode: loopback only, open to all" : "ready";
  return [
    `moq-relay ${version} on Node ${process.versions.node}, ${mode} (${Math.round(took)} ms)`,
    ...rows.flatMap(([name, text]) => (text ? [`  ${name.padEnd(12)} ${text}`] : [])),
    ...(config.development ? invitation(started) : []),
  ];
}

/** The same for machines: fields of one record. */
export function bannerFields(version: string, config: RelayConfig, started: Started, took: number): LogFields {
  return {
    version,
    node: process.versions.node,
    development: config.development,
    quic: started.quic?.text,
    http: started.http?.text,
    internal: started.internal?.text,
    sha256: started.certificates[0]?.sha256,
    root: isRoot(config),
    took: Math.round(took),
  };
}

function quic({ quic: address, withoutQuic }: Started): string | undefined {
  if (address !== undefined) return `${address.text} (UDP)  WebTransport and raw QUIC`;
  return withoutQuic && `none: ${withoutQuic.replace(/^QUIC is not available: /, "")}`;
}

function certificate({ certificates, http }: Started): string | undefined {
  const [first] = certificates;
  if (first === undefined) return undefined;
  const days = Math.floor((first.notAfter.getTime() - Date.now()) / DAY);
  const hash = http ? `http://${http.text}/certificate.sha256` : first.sha256;
  return `${first.names.join(", ")}; ${first.generated ? "generated, " : ""}${days} days left; ${hash}`;
}

function access({ auth }: RelayConfig): string {
  const list = (patterns: readonly PathPattern[], what: string): string[] =>
    patterns.length === 0 ? [] : [`${what} ${patterns.map((pattern) => pattern.text).join(", ")}`];
  const open = [
    ...list(auth.public, "publish and subscribe"),
    ...list(auth.publicSubscribe, "subscribe"),
    ...list(auth.publicPublish, "publish"),
  ];
  return `open to all: ${open.join("; ")}`;
}

function cluster(config: RelayConfig): string {
  const { root, node, connect } = config.cluster;
  const own = node ? ` as ${node.text}` : "";
  const peers = connect.length > 0 ? `, peers ${connect.map((peer) => peer.text).join(", ")}` : "";
  const roots = root.map((one) => one.text).join(", ");
  return root.length === 0
    ? `a root${own}${peers}`
    : `${isRoot(config) ? "one of the roots" : "node of"} ${roots}${own}${peers}`;
}

/** How to use it, and how a second node joins it. */
function invitation({ http, quic: address, page }: Started): string[] {
  const here = (address ?? http)?.text;
  if (here === undefined) return [];
  const next = Number(/\d+$/.exec(here)?.[0]) + 1;
  return [
    page ? `  Open http://${http?.text}/ to publish and watch.` : `  Publishers and players connect to http://${here}.`,
    `  A second node joins with: npx moq-relay --dev ${next} --cluster-root ${here}`,
  ];
}
