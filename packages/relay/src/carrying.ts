import type { Clock, Path, Timer } from "@moq-relay/protocol/model";
import type { LinkId, RouteTable } from "./routing/index.ts";

/** Milliseconds that a broadcast is carried until other relays hear of it. What comes and goes is nothing to arrange oneself for. */
const LASTING = 5_000;

/**
 * Tells the table what is carried here: by which link at once, and later that it lasts. Holds no more than the hub does. A broadcast
 * whose tracks come by several links stays with the first of these while any of them does: what is told here moves the tracks, and if
 * each of two that have to stay where they are told its own link, they would take turns for ever.
 */
export class Carrying {
  readonly #clock: Clock;
  readonly #table: RouteTable;
  readonly #comesBy: (path: Path, link: LinkId) => boolean;
  readonly #links = new Map<Path, LinkId>();
  /** Of what is new. */
  readonly #timers = new Map<Path, Timer>();

  /** @param comesBy whether some track of a broadcast comes by a link. */
  constructor(clock: Clock, table: RouteTable, comesBy: (path: Path, link: LinkId) => boolean) {
    this.#clock = clock;
    this.#table = table;
    this.#comesBy = comesBy;
  }

  get size(): number {
    return this.#links.size;
  }

  /** A track of a broadcast comes by this link from now on; undefined: none does. */
  carried(path: Path, link: LinkId | undefined): void {
    const before = this.#links.get(path);
    if (before === link || (before !== undefined && this.#comesBy(path, before))) return;
    if (link === undefined) return this.#ended(path);
    this.#links.set(path, link);
    const lasts = before !== undefined && !this.#timers.has(path);
    this.#table.carry(path, link, lasts ? "lasting" : "new");
    if (before === undefined)
      this.#timers.set(
        path,
        this.#clock.after(LASTING, () => this.#lasts(path)),
      );
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #lasts(path: Path): void {
    this.#timers.delete(path);
    this.#table.carry(path, this.#links.get(path), "lasting");
  }

  #ended(path: Path): void {
    this.#timers.get(path)?.cancel();
    this.#timers.delete(path);
    this.#links.delete(path);
    this.#table.carry(path, undefined, "not");
  }
}
