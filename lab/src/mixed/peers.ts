import { freePort } from "../process/free-port.ts";
import { ourRelay } from "../process/our-relay.ts";
import type { RelayKind } from "../process/relay-kind.ts";
import { RelayProcess } from "../process/relay-process.ts";
import { type Arrangement, type Joined, urlOf } from "./arrangement.ts";

/** What any generation that has peers can do: either side dials, or both; also a node of a cluster of ours. */
export function asPeers(generation: string, kind: RelayKind): Arrangement[] {
  return [
    { generation, name: "we dial it", join: () => pair(kind, true, false) },
    { generation, name: "it dials us", join: () => pair(kind, false, true) },
    { generation, name: "both dial", join: () => pair(kind, true, true) },
    { generation, name: "a node of our cluster dials it", join: () => cluster(kind, true) },
    { generation, name: "it dials a node of our cluster", join: () => cluster(kind, false) },
  ];
}

/** Two relays of which one dials the other, or both. */
async function pair(kind: RelayKind, weDial: boolean, theyDial: boolean): Promise<Joined> {
  const [here, there] = [await freePort(), await freePort()];
  const connect = (dials: boolean, port: number) => (dials ? [urlOf(port)] : []);
  const ours = await RelayProcess.start(ourRelay, { port: here, connect: connect(weDial, there) });
  const theirs = await RelayProcess.start(kind, { port: there, connect: connect(theyDial, here) });
  return { ours, theirs, all: [ours, theirs] };
}

/** A cluster of ours whose node dials theirs, or is dialled; clients use another node of it. */
async function cluster(kind: RelayKind, weDial: boolean): Promise<Joined> {
  const [here, there] = [await freePort(), await freePort()];
  const root = await RelayProcess.start(ourRelay);
  const place = { rootPort: root.port };
  const linked = await RelayProcess.start(ourRelay, { port: here, connect: weDial ? [urlOf(there)] : [], ...place });
  const theirs = await RelayProcess.start(kind, { port: there, connect: weDial ? [] : [urlOf(here)] });
  const ours = await RelayProcess.start(ourRelay, place);
  return { ours, theirs, all: [root, linked, theirs, ours] };
}
