import type { HopId } from "@moq-relay/protocol/model";
import * as z from "zod";
import type { NodeReport } from "../admin/index.ts";
import type { Cluster, LinkedMember, NodeStatus } from "../cluster/index.ts";
import { nextStatus } from "./next-status.ts";

const STATUS = z.object({
  root: z.boolean(),
  standingIn: z.boolean().default(false),
  incarnation: z.number().int().min(0).max(8.64e15),
  version: z.string(),
  load: z.number(),
  draining: z.boolean(),
  links: z.array(z.object({ id: z.string().regex(/^\d{1,20}$/), address: z.string() })),
});

type Status = z.infer<typeof STATUS>;

/**
 * What the nodes of a cluster say of themselves. Those without a link to this one are named and not asked: asking would make
 * a link. A root has links to all.
 */
export async function nodeReports(cluster: Cluster): Promise<NodeReport[]> {
  const own = cluster.status();
  const ownHop = BigInt(own.id);
  const self: NodeReport = {
    ...known(own),
    id: ownHop.toString(16),
    address: own.address,
    self: true,
    linked: false,
  };
  const reports = new Map<HopId, NodeReport>();
  for (const { hop, address, stale } of cluster.members()) {
    if (hop !== ownHop) reports.set(hop, { id: hop.toString(16), address, self: false, linked: false, stale });
  }
  // Of two links to a node the newer one is the one that stays.
  const linked = new Map(cluster.linked().map((member) => [member.hop, member]));
  await Promise.all([...linked].map(async ([hop, member]) => reports.set(hop, await report(member))));
  return [self, ...[...reports.values()].sort((a, b) => (a.address < b.address ? -1 : 1))];
}

async function report({ hop, address, session, broadcast }: LinkedMember): Promise<NodeReport> {
  const text = broadcast === undefined ? undefined : await nextStatus(session, broadcast);
  const { rtt } = session.connection.stats();
  const name = { id: hop.toString(16), address, self: false, linked: true, ...(rtt === undefined ? {} : { rtt }) };
  try {
    return text === undefined ? name : { ...known(STATUS.parse(JSON.parse(text))), ...name };
  } catch {
    return name;
  }
}

function known({
  root,
  standingIn,
  incarnation,
  version,
  load,
  draining,
  links,
}: Status | NodeStatus): Partial<NodeReport> {
  return {
    root,
    standingIn,
    since: new Date(incarnation).toISOString(),
    version,
    load,
    draining,
    links: links.map(({ id, address }) => ({ id: BigInt(id).toString(16), address })),
  };
}
