import { joinPath, normalizePath, type Path } from "@moq-relay/protocol/model";
import { parseHostPort } from "../config/index.ts";
import { TokenRefusal } from "./refusal.ts";

/** What a token says, once its signature, times and audience were found right. All paths are absolute. */
export interface Claims {
  /** The URL of the session must lie at or below it. */
  readonly root: Path;
  /** Broadcasts at and below these may be published, or read. */
  readonly publish: readonly Path[];
  readonly subscribe: readonly Path[];
  /** Whose token it is is a relay of this cluster. */
  readonly cluster: boolean;
  /** The address of that relay, host:port as in `cluster.node`; undefined when the token names none. */
  readonly node: string | undefined;
  /** Milliseconds since 1970 at which the session must end; undefined: never. */
  readonly until: number | undefined;
}

/** More paths than any real token has; each is looked at for every announcement. */
const MAX_PATHS = 64;

/**
 * Reads the claims of the Rust relay: `root`, `put` (or `pub`), `get` (or `sub`), `cluster`, `exp`; and ours, `node`. Others
 * are ignored. Throws `TokenRefusal` with "claims".
 */
export function readClaims(payload: Readonly<Record<string, unknown>>): Claims {
  const root = pathOf(payload.root ?? "", "root");
  // `sub` means the subject to everybody else, so beside today's names the older ones are not looked at.
  const [put, get] = payload.put === undefined && payload.get === undefined ? ["pub", "sub"] : ["put", "get"];
  const publish = pathsOf(payload, put!).map((path) => joinPath(root, path));
  const subscribe = pathsOf(payload, get!).map((path) => joinPath(root, path));
  const { cluster = false, exp } = payload;
  if (typeof cluster !== "boolean") throw wrong("cluster is neither true nor false");
  if (cluster && root !== "") throw wrong("a relay of the cluster has no root");
  if (!cluster && publish.length + subscribe.length === 0) throw wrong("neither put nor get: it allows nothing");
  const bound = cluster && payload.aud !== undefined;
  return {
    root,
    publish,
    subscribe,
    cluster,
    node: payload.node === undefined ? undefined : addressOf(payload.node),
    // What a relay made for this one dial shows who dials; how long the link lasts is not its to say.
    until: typeof exp === "number" && !bound ? exp * 1_000 : undefined,
  };
}

function pathsOf(payload: Readonly<Record<string, unknown>>, name: string): Path[] {
  const written = payload[name] ?? [];
  const list: readonly unknown[] = Array.isArray(written) ? written : [written];
  if (list.length > MAX_PATHS) throw wrong(`${name} has more than ${MAX_PATHS} paths`);
  return list.map((path) => pathOf(path, name));
}

function pathOf(written: unknown, name: string): Path {
  if (typeof written !== "string") throw wrong(`${name} is not a path`);
  return normalizePath(written);
}

function addressOf(written: unknown): string {
  try {
    return parseHostPort(String(written)).text;
  } catch {
    throw wrong("node is not an address");
  }
}

function wrong(what: string): TokenRefusal {
  return new TokenRefusal("claims", what);
}
