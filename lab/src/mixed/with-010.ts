import { freePort } from "../process/free-port.ts";
import { ourRelay } from "../process/our-relay.ts";
import { RelayProcess } from "../process/relay-process.ts";
import { rustRelay010 } from "../process/rust-relay-010.ts";
import { type Arrangement, type Joined, urlOf } from "./arrangement.ts";
import type { ClusterSecret } from "./cluster-secret.ts";

const generation = "0.10";

/** Root and leaf of theirs. */
async function control({ flags, keyFlags }: ClusterSecret): Promise<Joined> {
  const root = await RelayProcess.start(rustRelay010, { flags: keyFlags });
  const leaf = await RelayProcess.start(rustRelay010, { rootPort: root.port, flags });
  return { ours: root, theirs: leaf, all: [root, leaf] };
}

/** Two leaves of theirs, of one root. */
async function controlOfLeaves({ flags, keyFlags }: ClusterSecret): Promise<Joined> {
  const root = await RelayProcess.start(rustRelay010, { flags: keyFlags });
  const one = await RelayProcess.start(rustRelay010, { rootPort: root.port, flags });
  const other = await RelayProcess.start(rustRelay010, { rootPort: root.port, flags });
  return { ours: one, theirs: other, all: [root, one, other] };
}

/** Its root is ours; `ourFlags`: how ours sees who comes. */
async function leafOfOurs(ourFlags: readonly string[], { flags }: ClusterSecret): Promise<Joined> {
  const ours = await RelayProcess.start(ourRelay, { flags: ourFlags });
  const theirs = await RelayProcess.start(rustRelay010, { rootPort: ours.port, flags });
  return { ours, theirs, all: [ours, theirs] };
}

/** The same, and clients use a node of our cluster that is not the root. */
async function leafOfOurCluster(secret: ClusterSecret): Promise<Joined> {
  const port = await freePort();
  const keys = secret.keyFlags;
  const root = await RelayProcess.start(ourRelay, { port, flags: keys });
  const theirs = await RelayProcess.start(rustRelay010, { rootPort: port, flags: secret.flags });
  const ours = await RelayProcess.start(ourRelay, { rootPort: port, flags: keys });
  return { ours, theirs, all: [root, theirs, ours] };
}

/** Two leaves of theirs whose root is ours: what crosses goes through it. */
async function leavesOfOurs({ flags, keyFlags }: ClusterSecret): Promise<Joined> {
  const root = await RelayProcess.start(ourRelay, { flags: keyFlags });
  const one = await RelayProcess.start(rustRelay010, { rootPort: root.port, flags });
  const other = await RelayProcess.start(rustRelay010, { rootPort: root.port, flags });
  return { ours: one, theirs: other, all: [root, one, other] };
}

/** Ours dials their root by `cluster.connect`, with a query. */
async function dialsTheirRoot(query: string, secret: ClusterSecret): Promise<Joined> {
  const theirs = await RelayProcess.start(rustRelay010, { flags: secret.keyFlags });
  const ours = await RelayProcess.start(ourRelay, { connect: [urlOf(theirs.port, query)] });
  return { ours, theirs, all: [theirs, ours] };
}

/** Ours has their root as `cluster.root`, as the leaf had whose place it takes. */
async function leafOfTheirs(flags: readonly string[], secret: ClusterSecret): Promise<Joined> {
  const theirs = await RelayProcess.start(rustRelay010, { flags: secret.keyFlags });
  const ours = await RelayProcess.start(ourRelay, { rootPort: theirs.port, flags });
  return { ours, theirs, all: [theirs, ours] };
}

/** Ours and a leaf of theirs, both dialling their root; `leafToo`: ours dials the leaf as well. */
async function besideTheirLeaf(query: string, leafToo: boolean, secret: ClusterSecret): Promise<Joined> {
  const root = await RelayProcess.start(rustRelay010, { flags: secret.keyFlags });
  const theirs = await RelayProcess.start(rustRelay010, { rootPort: root.port, flags: secret.flags });
  const dialled = leafToo ? [root, theirs] : [root];
  const ours = await RelayProcess.start(ourRelay, { connect: dialled.map(({ port }) => urlOf(port, query)) });
  return { ours, theirs, all: [root, theirs, ours] };
}

export const WITH_010: readonly Arrangement[] = [
  { generation, name: "control: root and leaf, both Rust", control: true, join: control },
  { generation, name: "control: two leaves, all Rust", control: true, join: controlOfLeaves },
  { generation, name: "leaf of our root, with a token", join: (secret) => leafOfOurs(secret.keyFlags, secret) },
  { generation, name: "leaf of our root, tokens not looked at", join: (secret) => leafOfOurs([], secret) },
  { generation, name: "leaf of our cluster", join: leafOfOurCluster },
  { generation, name: "two leaves of our root", join: leavesOfOurs },
  {
    generation,
    name: "we dial its root, with a token",
    join: (secret) => dialsTheirRoot(`?jwt=${secret.token}`, secret),
  },
  { generation, name: "we dial its root, as a client", join: (secret) => dialsTheirRoot("", secret) },
  {
    generation,
    name: "it is our cluster.root, with a token",
    join: (secret) => leafOfTheirs(secret.flags, secret),
  },
  { generation, name: "it is our cluster.root, as a client", join: (secret) => leafOfTheirs([], secret) },
  {
    generation,
    name: "beside its leaf, we dial its root with a token",
    join: (secret) => besideTheirLeaf(`?jwt=${secret.token}`, false, secret),
  },
  {
    generation,
    name: "beside its leaf, we dial root and leaf with a token",
    join: (secret) => besideTheirLeaf(`?jwt=${secret.token}`, true, secret),
  },
  {
    generation,
    name: "beside its leaf, we dial its root as a client",
    join: (secret) => besideTheirLeaf("", false, secret),
  },
];
