import { below, type Path } from "@moq-relay/protocol/model";
import type { Listener } from "./listener.ts";
import { PathTree } from "./path-tree.ts";
import type { Route } from "./route.ts";

/** The routes of one path, before and after something happened, both ranked. */
export interface Change {
  readonly path: Path;
  readonly before: readonly Route[];
  readonly after: readonly Route[];
  /** Counts up over the changes of a table. */
  readonly number: number;
}

/** Hears that the ways to one path may have changed. */
export interface Watcher {
  readonly path: Path;
  readonly changed: () => void;
  closed: boolean;
}

interface Seat {
  readonly path: Path;
  readonly listeners: Set<Listener>;
  readonly watchers: Set<Watcher>;
}

/** Who wants to know about which part of the table, found by what a change concerns. */
export class Audience {
  readonly #seats = new PathTree<Seat>();
  #listeners = 0;
  #watchers = 0;

  get listeners(): number {
    return this.#listeners;
  }

  get watchers(): number {
    return this.#watchers;
  }

  addListener(listener: Listener): void {
    this.#seat(listener.prefix).listeners.add(listener);
    this.#listeners += 1;
  }

  removeListener(listener: Listener): void {
    if (listener.closed) return;
    listener.close();
    this.#listeners -= 1;
    const seat = this.#seat(listener.prefix);
    seat.listeners.delete(listener);
    this.#free(seat);
  }

  addWatcher(watcher: Watcher): void {
    this.#seat(watcher.path).watchers.add(watcher);
    this.#watchers += 1;
  }

  removeWatcher(watcher: Watcher): void {
    if (watcher.closed) return;
    watcher.closed = true;
    this.#watchers -= 1;
    const seat = this.#seat(watcher.path);
    seat.watchers.delete(watcher);
    this.#free(seat);
  }

  /**
   * Tells everybody whom a change concerns: listeners above the path, and all at the path and below it, for whom it may be
   * what covers them.
   *
   * @param covering ranked routes of a path and those above it, the shortest path first.
   */
  tell(change: Change, covering: (path: Path) => readonly (readonly Route[])[]): void {
    for (const seat of this.#seats.covering(change.path)) {
      if (seat.path === change.path) continue;
      const suffix = below(seat.path, change.path)!;
      for (const listener of [...seat.listeners]) {
        if (listener.since < change.number) listener.changed(suffix, change.before, change.after);
      }
    }
    for (const seat of this.#seats.below(change.path)) {
      for (const listener of [...seat.listeners]) listener.coverChanged(covering(seat.path));
      for (const watcher of [...seat.watchers]) if (!watcher.closed) watcher.changed();
    }
  }

  #seat(path: Path): Seat {
    const known = this.#seats.get(path);
    if (known !== undefined) return known;
    const seat = { path, listeners: new Set<Listener>(), watchers: new Set<Watcher>() };
    this.#seats.set(path, seat);
    return seat;
  }

  #free(seat: Seat): void {
    if (seat.listeners.size === 0 && seat.watchers.size === 0) this.#seats.delete(seat.path);
  }
}
