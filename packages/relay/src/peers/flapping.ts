import type { Clock, Path, Timer } from "@moq-relay/protocol/model";
import { Damping, type LinkId, type OfferResult, type RouteInput, type RouteTable } from "../routing/index.ts";

export interface FlappingOptions {
  readonly clock: Clock;
  readonly table: RouteTable;
  /** Milliseconds that a broadcast stays announced whose publisher vanished, or which comes and goes. */
  readonly linger: number;
  /** Broadcasts that went lately and are remembered. */
  readonly max: number;
  /** What a link has under this name is to be offered again. */
  readonly onCalm: (path: Path, link: LinkId) => void;
}

/**
 * Broadcasts that enter the cluster here, and come and go. One that does so too often is taken from there only where it is
 * nowhere else, and its end is believed when it has lasted: until then nobody is told, and who asks for it waits.
 */
export class Flapping {
  readonly damping: Damping;
  readonly #options: FlappingOptions;
  /** Ends that are not believed yet, by link and path. */
  readonly #ending = new Map<string, Timer>();

  constructor(options: FlappingOptions) {
    const { clock, max, table, onCalm } = options;
    this.#options = options;
    const calm = (name: string): void => {
      const path = name.slice(name.indexOf(" ") + 1);
      for (const link of table.linksOf(path)) onCalm(path, link);
    };
    this.damping = new Damping({ clock, max, onCalm: calm });
  }

  /** @param from who brings it: "" for all clients, which have another identity each time, else the id of a relay. */
  offer(input: RouteInput, from: string, now: number): OfferResult {
    this.#forgetEnd(input.path, input.link);
    const losses = this.damping.against(`${from} ${input.path}`);
    return this.#options.table.offer({ ...input, losses }, now);
  }

  /** A publisher has ended a broadcast. */
  withdraw(path: Path, link: LinkId, from: string): void {
    const { table, clock, linger } = this.#options;
    const name = `${from} ${path}`;
    this.damping.lost(name);
    if (this.damping.against(name) === 0 || linger === 0) return table.ended(path, link);
    this.#forgetEnd(path, link);
    table.doubt(path, link);
    const key = keyOf(path, link);
    const end = (): void => {
      this.#ending.delete(key);
      table.dropStale((route) => route.link === link && route.path === path, path);
    };
    this.#ending.set(key, clock.after(linger, end));
  }

  /** A session has ended; `lost`: without a goodbye. */
  linkLost(link: LinkId, from: string, lost: boolean): void {
    const { table, clock, linger } = this.#options;
    const paths = table.pathsOf(link);
    for (const path of paths) if (!this.#ending.has(keyOf(path, link))) this.damping.lost(`${from} ${path}`);
    const kept = new Set(
      linger === 0 ? [] : paths.filter((path) => lost || this.damping.against(`${from} ${path}`) > 0),
    );
    // Of those who came and went before it and have another identity, none comes back.
    if (!lost)
      for (const path of kept) table.dropStale((route) => route.path === path && route.scope === "local", path);
    table.linkLost(link, { keepStale: (path) => kept.has(path) });
    if (kept.size > 0) clock.after(linger, () => table.dropStale(link));
  }

  close(): void {
    this.damping.close();
    for (const timer of this.#ending.values()) timer.cancel();
    this.#ending.clear();
  }

  #forgetEnd(path: Path, link: LinkId): void {
    const key = keyOf(path, link);
    this.#ending.get(key)?.cancel();
    this.#ending.delete(key);
  }
}

function keyOf(path: Path, link: LinkId): string {
  return `${link} ${path}`;
}
