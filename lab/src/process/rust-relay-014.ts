import { plainEnvironment, type RelayKind, type RelayOptions } from "./relay-kind.ts";
import { binaryOf, buildMissing, type RustBuild } from "./rust-relay-build.ts";

const BUILD: RustBuild = { version: "0.14.12", variable: "MOQ_RUST_RELAY_14", folder: "rust-relay-014" };

/** The Rust moq-relay 0.14, where nodes are peers: it dials whom it is told, and with `--cluster-mesh` whom it hears of. */
export const rustRelay014: RelayKind = {
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
  args.push("--tls-generate", "localhost,127.0.0.1", "--auth-public=", "--client-tls-disable-verify");
  for (const peer of options.connect ?? []) args.push("--cluster-connect", peer);
  args.push("--log-level", options.logLevel ?? "info");
  return [...args, ...(options.flags ?? [])];
}
