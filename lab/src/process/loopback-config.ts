/**
 * One configuration in the three forms that it can have: a relay on a port of 127.0.0.1, with a generated certificate, open
 * to all. This is what a relay needs there besides its place in a cluster.
 */
const NAMES = ["localhost", "127.0.0.1"];

/** A relay's address, as it is written. */
export function host(port: number): string {
  return `127.0.0.1:${port}`;
}

/** @param trust which certificates of other relays are believed: all, when nothing is said. */
export function asFlags(port: number, trust: readonly string[] = ["--connect-tls-insecure"]): string[] {
  const own = ["--listen", host(port), "--web-http-listen", host(port), "--listen-tls-generate", NAMES.join(",")];
  return [...own, "--auth-public", "", ...trust];
}

export function asVariables(port: number): Record<string, string> {
  return {
    MOQ_LISTEN: host(port),
    MOQ_WEB_HTTP_LISTEN: host(port),
    MOQ_LISTEN_TLS_GENERATE: NAMES.join(","),
    MOQ_AUTH_PUBLIC: "",
    MOQ_CONNECT_TLS_INSECURE: "true",
  };
}

/** TOML, to which `cluster` adds the lines of its table. */
export function asFile(port: number, cluster: readonly string[]): string {
  return [
    `listen = { bind = "${host(port)}", tls.generate = ${JSON.stringify(NAMES)} }`,
    `connect.tls.insecure = true`,
    `web.http.listen = "${host(port)}"`,
    `auth.public = ""`,
    "[cluster]",
    ...cluster,
    "",
  ].join("\n");
}
