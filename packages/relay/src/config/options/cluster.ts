import { ownName } from "../development.ts";
import type { Section } from "../option.ts";
import { choice, count, duration, hostPort, peer } from "../value.ts";

/** Membership. */
export const CLUSTER: Section<"cluster"> = {
  "cluster.root": {
    shape: "list",
    type: hostPort,
    placeholder: "HOST[:PORT]",
    help: "a root (repeatable); without any this is a root",
    more: "The same list in every node's file. A node whose `cluster.node` is in the list is a root.",
    group: "Cluster",
  },
  "cluster.node": {
    shape: "value",
    type: hostPort,
    development: ownName,
    placeholder: "HOST[:PORT]",
    help: "the address at which other nodes reach this one",
    more: "With or without scheme and port (443). Its certificate must be valid for that name.",
    group: "Cluster",
    older: { paths: ["cluster.advertise"] },
  },
  "cluster.connect": {
    shape: "list",
    type: peer,
    placeholder: "URL",
    help: "dial this relay as a peer (one bare host: a root)",
    more: "A URL (`?cost=` prices the link), or in TOML a table `{ url, cost }`. A single host without a scheme is a root, as until 0.13 of the Rust relay; the log says how it was read.",
    group: "Cluster",
  },
  "cluster.links": {
    shape: "value",
    type: choice(["demand", "mesh", "root"]),
    default: "demand",
    placeholder: "HOW",
    help: "how data goes: demand, mesh or root",
    more: "`demand` links two nodes while one needs a broadcast of the other, `mesh` links all to all, `root` sends everything through the roots.",
    group: "Cluster",
  },
  "cluster.linger": {
    shape: "value",
    type: duration,
    default: "5s",
    placeholder: "TIME",
    help: "keep a broadcast whose publisher vanished without a word",
    group: "Cluster",
    rare: true,
  },
  "cluster.max-hops": {
    shape: "value",
    type: count(1, 32),
    default: "32",
    placeholder: "COUNT",
    help: "longest way that an announcement may have come",
    group: "Cluster",
    rare: true,
  },
};
