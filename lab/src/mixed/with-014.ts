import { freePort } from "../process/free-port.ts";
import { ourRelay } from "../process/our-relay.ts";
import { RelayProcess } from "../process/relay-process.ts";
import { rustRelay014 } from "../process/rust-relay-014.ts";
import { type Arrangement, type Joined, urlOf } from "./arrangement.ts";
import { asPeers } from "./peers.ts";

const generation = "0.14";

/** Two of theirs that find each other by gossip, and one of ours that dials the first or is dialled by it. */
async function gossip(weDial: boolean): Promise<Joined> {
  const [here, first, second] = [await freePort(), await freePort(), await freePort()];
  const mesh = (port: number) => ["--cluster-mesh", "--cluster-node", urlOf(port)];
  const ours = await RelayProcess.start(ourRelay, { port: here, connect: weDial ? [urlOf(first)] : [] });
  const connect = weDial ? [] : [urlOf(here)];
  const near = await RelayProcess.start(rustRelay014, { port: first, connect, flags: mesh(first) });
  const far = await RelayProcess.start(rustRelay014, { port: second, connect: [urlOf(first)], flags: mesh(second) });
  return { ours, theirs: far, all: [ours, near, far] };
}

export const WITH_014: readonly Arrangement[] = [
  ...asPeers(generation, rustRelay014),
  { generation, name: "we dial one of its mesh", join: () => gossip(true) },
  { generation, name: "one of its mesh dials us", join: () => gossip(false) },
];
