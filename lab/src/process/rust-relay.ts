import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { plainEnvironment, type RelayKind, type RelayOptions } from "./relay-kind.ts";

/** Where `npm run rust-relay -w lab` installs it, unless MOQ_RUST_RELAY names another binary. */
const INSTALLED = resolve(import.meta.dirname, "../../../node_modules/.cache/rust-relay/bin/moq-relay");

/** The Rust moq-relay 0.17.10. It knows no roots: a node dials its root as a peer. */
export const rustRelay: RelayKind = {
  name: "moq-relay 0.17.10 (Rust)",
  missing: () =>
    existsSync(binary())
      ? undefined
      : "the Rust relay is not installed (npm run rust-relay -w lab, or name its binary in MOQ_RUST_RELAY)",
  command: (options) => ({ file: binary(), args: flags(options), env: { ...plainEnvironment(), NO_COLOR: "1" } }),
};

function binary(): string {
  return process.env.MOQ_RUST_RELAY ?? INSTALLED;
}

function flags(options: RelayOptions): string[] {
  const address = `127.0.0.1:${options.port}`;
  const args = ["--listen", address, "--web-http-listen", address];
  args.push("--listen-tls-generate", "localhost,127.0.0.1", "--auth-public", "**", "--connect-tls-insecure");
  args.push("--internal-listen", `127.0.0.1:${options.internalPort}`);
  const root = options.rootPort === undefined ? [] : [`https://127.0.0.1:${options.rootPort}`];
  for (const peer of [...root, ...(options.connect ?? [])]) args.push("--cluster-connect", peer);
  args.push("--log-level", options.logLevel ?? "info");
  return [...args, ...(options.flags ?? [])];
}
