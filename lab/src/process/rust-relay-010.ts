import { plainEnvironment, type RelayKind, type RelayOptions } from "./relay-kind.ts";
import { binaryOf, buildMissing, type RustBuild } from "./rust-relay-build.ts";

const BUILD: RustBuild = { version: "0.10.25", variable: "MOQ_RUST_RELAY_10", folder: "rust-relay-010" };

/** The Rust moq-relay 0.10, the last with `--cluster-root`. What proves a node is a token: see `ClusterSecret`. */
export const rustRelay010: RelayKind = {
  name: `moq-relay ${BUILD.version} (Rust)`,
  missing: () => buildMissing(BUILD),
  command: (options) => ({
    file: binaryOf(BUILD),
    args: flags(options),
    env: { ...plainEnvironment(), NO_COLOR: "1" },
  }),
};

function flags(options: RelayOptions): string[] {
  const address = `127.0.0.1:${options.port}`;
  const args = ["--server-bind", address, "--web-http-listen", address];
  args.push("--tls-generate", "localhost,127.0.0.1", "--auth-public=", "--tls-disable-verify");
  // Its root is a node without root and without a name.
  if (options.rootPort !== undefined) {
    args.push("--cluster-root", `127.0.0.1:${options.rootPort}`, "--cluster-node", address);
  }
  args.push("--log-level", options.logLevel ?? "info");
  return [...args, ...(options.flags ?? [])];
}
