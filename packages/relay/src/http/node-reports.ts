import * as z from "zod";
import type { NodeReport } from "../admin/index.ts";
import type { Cluster, Member, NodeStatus } from "../cluster/index.ts";
import type { Hub } from "../hub/index.ts";
import { FetchBudget } from "./fetch-budget.ts";
import { fetchGroup } from "./group-fetch.ts";

/** How long a node has to say how it is, milliseconds: it does so every second. */
const PATIENCE = 1_500;
/** Bytes that a node's word may have. */
const MAX_STATUS = 64 << 10;

const STATUS = z.object({
  root: z.boolean(),
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
export async function nodeReports(cluster: Cluster, hub: Hub): Promise<NodeReport[]> {
  const own = cluster.status();
  const links = new Map(own.links.map((link) => [BigInt(link.id), link]));
  const self: NodeReport = {
    ...known(own),
    id: BigInt(own.id).toString(16),
    address: own.address,
    self: true,
    linked: false,
    standingIn: cluster.standingIn,
  };
  const others = cluster.members().filter(({ hop }) => hop !== BigInt(own.id));
  const named = new Set(others.map(({ hop }) => hop));
  const unnamed = [...links].filter(([hop]) => !named.has(hop)).map(([hop, { address }]) => ({ hop, address }));
  const reports = await Promise.all(
    [...others, ...unnamed].map(async (member): Promise<NodeReport> => {
      const link = links.get(member.hop);
      const status = link && "broadcast" in member ? await ask(hub, member) : undefined;
      const { rtt } = link ?? {};
      const name = { id: member.hop.toString(16), address: member.address };
      const round = rtt === undefined ? {} : { rtt };
      return { ...(status && known(status)), ...name, self: false, linked: link !== undefined, ...round };
    }),
  );
  return [self, ...reports.sort((a, b) => (a.address < b.address ? -1 : 1))];
}

function known({ root, incarnation, version, load, draining, links }: Status | NodeStatus): Partial<NodeReport> {
  return {
    root,
    since: new Date(incarnation).toISOString(),
    version,
    load,
    draining,
    links: links.map(({ id, address }) => ({ id: BigInt(id).toString(16), address })),
  };
}

/** The next word of its `status` track; undefined when none comes in time, or none that can be understood. */
async function ask(hub: Hub, { broadcast }: Member): Promise<Status | undefined> {
  const options = { hub, budget: new FetchBudget(MAX_STATUS), maxQueue: MAX_STATUS };
  const wanted = { broadcast, track: "status", group: "latest" } as const;
  try {
    const pieces = await fetchGroup(options, wanted, AbortSignal.timeout(PATIENCE));
    if (pieces === "not found") return undefined;
    const bytes: Uint8Array[] = [];
    for await (const piece of pieces) bytes.push(piece);
    return STATUS.parse(JSON.parse(Buffer.concat(bytes).toString("utf8")));
  } catch {
    return undefined;
  }
}
