/**
 * Who may import whom: imports go down only. A unit is a folder that has one idea; the names below are those of the table
 * in ARCHITECTURE.md.
 */

/** What a unit may import of other units. */
export interface Rule {
  readonly may: readonly string[];
  /** Units of which it may import types only. */
  readonly types?: readonly string[];
  /** No clock, socket, randomness or `node:` import, and no package: what it needs of the world is passed in. */
  readonly pure?: true;
}

const PROTOCOL = ["wire", "model", "session", "transport"];

const PARTS = [
  "limits",
  "routing",
  "hub",
  "config",
  "auth",
  "tls",
  "admin",
  "peers",
  "cluster",
  "memory",
  "cli",
  "doors",
  "http",
].map((folder) => `relay/${folder}`);

/** The rules, bottom up. */
export const RULES: Readonly<Record<string, Rule>> = {
  wire: { may: [], pure: true },
  model: { may: [], pure: true },
  transport: { may: [], pure: true },
  session: { may: ["wire", "model", "transport"], pure: true },
  quic: { may: ["transport"] },
  websocket: { may: ["transport"] },
  "relay/limits": { may: [] },
  "relay/routing": { may: ["model"], pure: true },
  // The hub converts between the frame formats of dialects, once per group: their codec is in `wire`.
  "relay/hub": { may: ["wire", "model", "relay/routing"], types: ["session", "transport"] },
  "relay/config": { may: ["relay/limits"] },
  "relay/auth": { may: ["model", "relay/config"] },
  "relay/tls": { may: ["relay/config"] },
  "relay/admin": { may: ["relay/config", "relay/limits"], types: ["relay/tls"] },
  "relay/peers": { may: [...PROTOCOL, "relay/routing", "relay/hub", "relay/auth", "relay/config", "relay/limits"] },
  "relay/cluster": { may: [...PROTOCOL, "relay/routing"], types: ["relay/config", "relay/hub", "relay/peers"] },
  "relay/memory": { may: ["model"], types: ["relay/admin"] },
  "relay/cli": { may: ["relay/config", "relay/tls", "relay/relay"], types: ["relay/admin"] },
  // The parts of the assembly: how peers come in, and what HTTP shows of them.
  "relay/doors": {
    may: [...PROTOCOL, "quic", "websocket", "relay/auth", "relay/peers", "relay/config", "relay/limits"],
    types: ["relay/relay", "relay/tls"],
  },
  "relay/http": {
    may: [...PROTOCOL, "relay/hub", "relay/routing", "relay/peers", "relay/config", "relay/limits"],
    types: ["relay/relay", "relay/admin", "relay/cluster"],
  },
  "relay/relay": { may: [...PROTOCOL, "quic", "websocket", ...PARTS] },
};

/** Packages of the workspace by the name that they are imported under, and the units behind. */
export const PACKAGES: Readonly<Record<string, string>> = {
  "@moq-relay/protocol/wire": "wire",
  "@moq-relay/protocol/model": "model",
  "@moq-relay/protocol/session": "session",
  "@moq-relay/protocol/transport": "transport",
  "@moq-relay/quic": "quic",
  "@moq-relay/websocket": "websocket",
  "moq-relay": "relay/relay",
};

/** Where the units are, under packages/. The most exact one wins: relay.ts and its neighbours are "relay/relay". */
export function unitOf(file: string): string | undefined {
  const parts = file.split("/");
  const [name, src, folder] = parts;
  if (src !== "src" || folder === undefined) return undefined;
  if (name === "protocol") return folder;
  if (name === "quic" || name === "websocket") return name;
  if (name !== "relay") return undefined;
  if (parts.length > 3) return `relay/${folder}`;
  return folder === "limits.ts" ? "relay/limits" : "relay/relay";
}
