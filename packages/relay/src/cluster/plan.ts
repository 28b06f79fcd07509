import type { HopId, Path } from "@moq-relay/protocol/model";
import type { LinkId } from "../routing/index.ts";
import type { LinkKind } from "./links.ts";
import type { LinksMode, Target } from "./options.ts";

/** What the plan is made of: nothing else has a say, so the same state gives the same plan. */
export interface Situation {
  readonly own: { readonly hop: HopId; readonly address: string; readonly root: boolean };
  readonly mode: LinksMode;
  /** Roots other than this node, and peers: to be linked to for ever. */
  readonly fixed: readonly FixedTarget[];
  readonly links: readonly PlannedLink[];
  /** The members whose addresses are known. */
  readonly members: ReadonlyMap<HopId, string>;
  /** Broadcasts that are carried here, and a node that may feed them: where they entered, or where that one sends us. */
  readonly demands: readonly { readonly path: Path; readonly entry: HopId }[];
  /** Addresses of members that are to stand in for the roots: to be linked to whatever is carried. */
  readonly standIns: readonly string[];
  /** Addresses that may be dialled for data. */
  readonly maxDials: number;
  /** Clock time before which a link must have fallen idle to be closed now. */
  readonly idleBefore: number;
}

export interface FixedTarget extends Target {
  readonly kind: "root" | "peer";
  /** Who answered there last: another link to that node will do as well. */
  readonly hop: HopId | undefined;
}

export interface PlannedLink {
  readonly id: LinkId;
  readonly hop: HopId;
  readonly address: string;
  readonly kind: LinkKind;
  readonly dialled: boolean;
  readonly idleSince: number | undefined;
}

export interface Plan {
  /** To be linked to, as long as this stands here. */
  readonly dial: readonly Target[];
  /** What to ask of which node directly. */
  readonly listen: readonly { readonly link: LinkId; readonly path: Path }[];
  readonly close: readonly { readonly link: LinkId; readonly reason: Closing }[];
  /** Nodes that would have been dialled, had there not been so many. */
  readonly overCap: number;
}

/** Why a link is closed by plan; the other end hears it. */
export type Closing = (typeof CLOSINGS)[number];
const CLOSINGS = ["self", "duplicate", "idle"] as const;

/** Whether a session ended by plan, here or there, going by what was said. */
export function isPlanned(why: string): boolean {
  return CLOSINGS.some((closing) => closing === why);
}

/** Which links this node should have, and for what. */
export function plan(situation: Situation): Plan {
  const best = bestLinks(situation);
  const { dial, overCap } = dials(situation, best);
  return { dial, overCap, listen: listens(situation, best), close: closings(situation, best) };
}

/** The link to each node that stays when there are several. */
function bestLinks({ own, links }: Situation): Map<HopId, PlannedLink> {
  const best = new Map<HopId, PlannedLink>();
  for (const link of links) {
    if (link.hop === own.hop) continue;
    const other = best.get(link.hop);
    if (!other || isBetter(link, other, own.hop)) best.set(link.hop, link);
  }
  return best;
}

/**
 * Both ends must choose the same link: that which the node with the smaller id dialled. Of two in the same direction it is the
 * newer one, for nobody dials again who believes that his first link is alive.
 */
function isBetter(a: PlannedLink, b: PlannedLink, own: HopId): boolean {
  return a.dialled === b.dialled ? a.id > b.id : a.dialled === own < a.hop;
}

function dials(situation: Situation, best: ReadonlyMap<HopId, PlannedLink>): Pick<Plan, "dial" | "overCap"> {
  const { own, mode, fixed, links, members } = situation;
  const linked = new Set(links.map(({ address }) => address));
  const dial: Target[] = fixed
    .filter(({ address, hop }) => !linked.has(address) && !(hop !== undefined && (best.has(hop) || hop === own.hop)))
    .map(({ kind, address }) => ({ kind, address }));
  for (const address of situation.standIns) if (!linked.has(address)) dial.push({ kind: "node", address });
  const wanted = new Map<string, Target>();
  for (const hop of wantedNodes(situation)) {
    const address = members.get(hop);
    if (address === undefined || best.has(hop) || hop === own.hop) continue;
    if (!linked.has(address)) wanted.set(address, { kind: "node", address });
  }
  const already = new Set(dial.map(({ address }) => address));
  const nodes = [...wanted.values()].filter(({ address }) => !already.has(address));
  const standing = links.filter(({ kind, dialled }) => kind === "node" && dialled).length;
  const room = mode === "root" ? 0 : Math.max(0, situation.maxDials - standing);
  return {
    dial: [...dial, ...nodes.slice(0, room)],
    overCap: mode === "root" ? 0 : Math.max(0, nodes.length - room),
  };
}

/** Nodes that this one should dial: where its broadcasts come from, and in a mesh all; of each two the smaller address dials. */
function* wantedNodes({ own, mode, members, demands }: Situation): Generator<HopId> {
  const seen = new Set<HopId>();
  for (const { entry } of demands) {
    if (seen.has(entry)) continue;
    seen.add(entry);
    yield entry;
  }
  if (mode !== "mesh") return;
  for (const [hop, address] of members) if (!seen.has(hop) && (own.address === "" || own.address < address)) yield hop;
}

/** A root is told everything already; any other node must ask the node where a broadcast entered. */
function listens({ own, demands }: Situation, best: ReadonlyMap<HopId, PlannedLink>): Plan["listen"] {
  if (own.root) return [];
  return demands.flatMap(({ path, entry }) => {
    const link = best.get(entry);
    return link && link.kind !== "foreign" ? [{ link: link.id, path }] : [];
  });
}

function closings(situation: Situation, best: ReadonlyMap<HopId, PlannedLink>): Plan["close"] {
  return situation.links.flatMap((link) => {
    const reason = whyClose(situation, link, best.get(link.hop));
    return reason === undefined ? [] : [{ link: link.id, reason }];
  });
}

function whyClose(
  { own, mode, idleBefore }: Situation,
  link: PlannedLink,
  kept: PlannedLink | undefined,
): Closing | undefined {
  if (link.hop === own.hop) return "self";
  if (kept && kept.id !== link.id) {
    // One end must do it, and only once it sees the other link: who dialled the one that stays, or who was dialled twice.
    const mine = kept.dialled === link.dialled ? !link.dialled : kept.dialled;
    return mine ? "duplicate" : undefined;
  }
  const data = link.kind === "node" && !own.root && mode !== "mesh";
  return data && link.idleSince !== undefined && link.idleSince <= idleBefore ? "idle" : undefined;
}
