import type { Clock, HopId, Path, Timer } from "@moq-relay/protocol/model";
import type { LinkId, RouteTable } from "../routing/index.ts";
import type { Links, MemberLink } from "./links.ts";
import { rendezvous } from "./rendezvous.ts";

/** A relay that feeds as many as it may has named others. */
interface Redirect {
  readonly named: readonly HopId[];
  /** Those named, the best first. */
  readonly order: readonly HopId[];
  /** How many were tried in vain, some perhaps several times. */
  failed: number;
  timer: Timer;
}

export interface RedirectsOptions {
  readonly clock: Clock;
  readonly links: Links;
  readonly table: RouteTable;
  readonly own: HopId;
  /** Others are to be asked than before. */
  readonly onChange: () => void;
}

/** Where this node is sent in the trees that it is to join: from the relay where a broadcast entered down to one with a place. */
export class Redirects {
  readonly #options: RedirectsOptions;
  readonly #all = new Map<string, Redirect>();
  /** Places with roots: what comes over these links comes from where it entered, as it should. */
  readonly #places = new Set<string>();

  constructor(options: RedirectsOptions) {
    this.#options = options;
  }

  /** Who sits at the end of `link` names others for a path; undefined: it does not, or no more. */
  set(link: LinkId, path: Path, named: readonly HopId[] | undefined): void {
    const key = keyOf(link, path);
    const known = this.#all.get(key);
    if (named?.join() === known?.named.join()) return;
    known?.timer.cancel();
    if (!named?.length) this.#all.delete(key);
    else this.#all.set(key, { named, order: this.#order(named), failed: 0, timer: this.#wait(key, path, 0) });
    this.#options.onChange();
  }

  /** A root, or who stands in for one, has a place for this node, or names others. */
  place(link: LinkId, path: Path, named: readonly HopId[] | undefined): void {
    if (named) this.#places.delete(keyOf(link, path));
    else this.#places.add(keyOf(link, path));
    this.set(link, path, named);
  }

  hasPlace(link: LinkId, path: Path): boolean {
    return this.#places.has(keyOf(link, path));
  }

  /** These are the questions that stand: of others no answer counts. */
  keep(questions: readonly { readonly link: LinkId; readonly path: Path }[]): void {
    const keys = new Set(questions.map(({ link, path }) => keyOf(link, path)));
    for (const key of this.#places) if (!keys.has(key)) this.#places.delete(key);
    for (const [key, { timer }] of this.#all) {
      if (keys.has(key)) continue;
      timer.cancel();
      this.#all.delete(key);
    }
  }

  /** Whom to ask for a path that entered at `entry`: that one, whom it names, whom that one names … */
  chain(path: Path, entry: HopId): HopId[] {
    const chain = [entry];
    while (chain.length < MAX_STEPS) {
      const next = this.#next(path, chain);
      if (next === undefined) break;
      chain.push(next);
    }
    return chain;
  }

  #next(path: Path, chain: readonly HopId[]): HopId | undefined {
    const redirect = this.#of(path, chain.at(-1)!);
    if (!redirect) return undefined;
    return turned(redirect).find((hop) => hop !== this.#options.own && !chain.includes(hop));
  }

  #of(path: Path, hop: HopId): Redirect | undefined {
    for (const { id } of this.#options.links.to(hop)) {
      const redirect = this.#all.get(keyOf(id, path));
      if (redirect) return redirect;
    }
    return undefined;
  }

  /** The nearest of those that are linked already, then the others: a hash spreads them, as nothing is known of their distance. */
  #order(named: readonly HopId[]): HopId[] {
    const { own, links } = this.#options;
    const spread = rendezvous(own.toString(16), named, (hop) => hop.toString(16));
    const far = new Map(spread.map((hop) => [hop, distance(links.to(hop))]));
    return spread.sort((a, b) => far.get(a)! - far.get(b)! || 0);
  }

  /** Who does not answer, or has no way himself, is not waited for; but when nobody has one all are asked less often. */
  #wait(key: string, path: Path, rounds: number): Timer {
    return this.#options.clock.after(PATIENCE * 2 ** Math.min(rounds, MAX_DOUBLINGS), () => {
      const redirect = this.#all.get(key);
      if (!redirect) return;
      const [tried] = turned(redirect);
      const answered = tried === undefined || this.#answers(path, tried);
      if (!answered) redirect.failed += 1;
      redirect.timer = this.#wait(key, path, Math.floor(redirect.failed / redirect.order.length));
      if (!answered) this.#options.onChange();
    });
  }

  #answers(path: Path, hop: HopId): boolean {
    const links = new Set(this.#options.links.to(hop).map(({ id }) => id));
    if ([...links].some((id) => this.#all.has(keyOf(id, path)))) return true;
    return this.#options.table.candidates(path).some(({ link, suspect }) => links.has(link) && !suspect);
  }
}

/** Milliseconds; those that are not linked are as far as can be, and behind them those that are silent. */
function distance(links: readonly MemberLink[]): number {
  const near = links.filter(({ silent }) => !silent).map(({ session }) => session.connection.stats().rtt ?? UNKNOWN);
  if (near.length > 0) return Math.min(...near);
  return links.length > 0 ? SILENT : UNKNOWN;
}

/** Those named, from the one on whose turn it is. */
function turned({ order, failed }: Redirect): HopId[] {
  const at = failed % order.length;
  return [...order.slice(at), ...order.slice(0, at)];
}

function keyOf(link: LinkId, path: Path): string {
  return `${link} ${path}`;
}

const UNKNOWN = 1e9;
const SILENT = 2e9;

/** Relays that are asked one after the other: a tree of that depth has more nodes than there are. */
const MAX_STEPS = 16;

/** Milliseconds that a relay has to give a way, or to name others: a dial and two questions, on a bad link. */
const PATIENCE = 3_000;

/** After that many rounds in vain it stays at the same pace. */
const MAX_DOUBLINGS = 5;
