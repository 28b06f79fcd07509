import { freePort } from "../process/free-port.ts";
import { ourRelay } from "../process/our-relay.ts";
import { RelayProcess } from "../process/relay-process.ts";
import { rustRelay014 } from "../process/rust-relay-014.ts";
import { type Arrangement, type Joined, urlOf } from "./arrangement.ts";

const generation = "0.14";

/** Two relays of which one dials the other, or both. */
async function pair(weDial: boolean, theyDial: boolean): Promise<Joined> {
  const [here, there] = [await freePort(), await freePort()];
  const connect = (dials: boolean, port: number) => (dials ? [urlOf(port)] : []);
  const ours = await RelayProcess.start(ourRelay, { port: here, connect: connect(weDial, there) });
  const theirs = await RelayProcess.start(rustRelay014, { port: there, connect: connect(theyDial, here) });
  return { ours, theirs, all: [ours, theirs] };
}

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

/** A cluster of ours whose node dials theirs, or is dialled; clients use another node of it. */
async function cluster(weDial: boolean): Promise<Joined> {
  const [here, there] = [await freePort(), await freePort()];
  const root = await RelayProcess.start(ourRelay);
  const place = { rootPort: root.port };
  const linked = await RelayProcess.start(ourRelay, { port: here, connect: weDial ? [urlOf(there)] : [], ...place });
  const connect = weDial ? [] : [urlOf(here)];
  const theirs = await RelayProcess.start(rustRelay014, { port: there, connect });
  const ours = await RelayProcess.start(ourRelay, place);
  return { ours, theirs, all: [root, linked, theirs, ours] };
}

export const WITH_014: readonly Arrangement[] = [
  { generation, name: "we dial it", join: () => pair(true, false) },
  { generation, name: "it dials us", join: () => pair(false, true) },
  { generation, name: "both dial", join: () => pair(true, true) },
  { generation, name: "a node of our cluster dials it", join: () => cluster(true) },
  { generation, name: "it dials a node of our cluster", join: () => cluster(false) },
  { generation, name: "we dial one of its mesh", join: () => gossip(true) },
  { generation, name: "one of its mesh dials us", join: () => gossip(false) },
];
