import type { Clock, Path, RouteOffer, Timer } from "@moq-relay/protocol/model";
import type { Announcer } from "@moq-relay/protocol/session";

/** A change that has not been told yet. */
interface Change {
  readonly kind: "start" | "restart" | "end";
  readonly suffix: Path;
  offer: RouteOffer | undefined;
  /** The end of the same name that stands before a start. */
  readonly after: Change | undefined;
}

export interface BatchOptions {
  /** Milliseconds. */
  readonly window: number;
  /** Changes in a window that go at once: a few cost little, and who waits for a name waits for nothing else. */
  readonly atOnce: number;
  /** Changes that wait at most; then they go before the window ends. */
  readonly maxWaiting: number;
}

/**
 * The announcements that go over one link: the first few changes go at once, those that follow within the window go together
 * when it ends, so that a rush of changes costs few packets and wake-ups at both ends. First answers to questions never wait.
 */
export class LinkBatch {
  readonly #clock: Clock;
  readonly #options: BatchOptions;
  readonly #waiting = new Set<BatchedAnnouncer>();
  /** Runs at the end of a window in which something waits. */
  #timer: Timer | undefined;
  #windowEnds = Number.NEGATIVE_INFINITY;
  #changes = 0;
  /** Changes that may still go at once. */
  #room: number;

  constructor(clock: Clock, options: BatchOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#room = options.atOnce;
  }

  /** Puts the batch before one answer that goes over the link. */
  before(announcer: Announcer): BatchedAnnouncer {
    return new BatchedAnnouncer(this, announcer);
  }

  /** Whether a change may go at once; never before one that waits. */
  admits(): boolean {
    const now = this.#clock.now();
    // After a window in which all went at once comes a fresh one; a rush goes on being batched.
    if (!this.#timer && now >= this.#windowEnds) this.#open(now, this.#options.atOnce);
    if (this.#room === 0) return false;
    this.#room -= 1;
    return true;
  }

  /** A change waits in here. */
  wait(announcer: BatchedAnnouncer): void {
    this.#waiting.add(announcer);
    this.#changes += 1;
    this.#timer ??= this.#clock.after(this.#windowEnds - this.#clock.now(), () => this.#ended());
    if (this.#changes >= this.#options.maxWaiting) this.#flush();
  }

  forget(announcer: BatchedAnnouncer): void {
    this.#waiting.delete(announcer);
  }

  /** The link is gone. */
  close(): void {
    this.#timer?.cancel();
    this.#waiting.clear();
  }

  #open(now: number, room: number): void {
    this.#windowEnds = now + this.#options.window;
    this.#room = room;
  }

  #ended(): void {
    this.#timer = undefined;
    if (this.#waiting.size === 0) return;
    this.#open(this.#clock.now(), 0);
    this.#flush();
  }

  #flush(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    this.#changes = 0;
    for (const announcer of waiting) announcer.flush();
  }
}

/**
 * One answer, in a batch. What waits is told in the order in which it happened, less what the listener need not know: a name
 * that came and went while it waited, and all but the last offer of one. A name that ended and came back does both.
 */
export class BatchedAnnouncer implements Announcer {
  readonly #batch: LinkBatch;
  readonly #announcer: Announcer;
  readonly #changes = new Set<Change>();
  readonly #last = new Map<Path, Change>();

  constructor(batch: LinkBatch, announcer: Announcer) {
    this.#batch = batch;
    this.#announcer = announcer;
  }

  begin(routes: readonly { readonly suffix: Path; readonly offer: RouteOffer }[]): void {
    this.#announcer.begin(routes);
  }

  start(suffix: Path, offer: RouteOffer): void {
    if (this.#batch.admits()) return this.#announcer.start(suffix, offer);
    this.#push({ kind: "start", suffix, offer, after: this.#last.get(suffix) });
  }

  restart(suffix: Path, offer: RouteOffer): void {
    if (this.#batch.admits()) return this.#announcer.restart(suffix, offer);
    const last = this.#last.get(suffix);
    if (last) last.offer = offer;
    else this.#push({ kind: "restart", suffix, offer, after: undefined });
  }

  end(suffix: Path): void {
    if (this.#batch.admits()) return this.#announcer.end(suffix);
    const last = this.#last.get(suffix);
    if (last) this.#changes.delete(last);
    this.#last.delete(suffix);
    if (last?.kind === "start") {
      if (last.after) this.#last.set(suffix, last.after);
      return;
    }
    // At its own place and not at that of an earlier change: what replaces it may have been told in between.
    this.#push({ kind: "end", suffix, offer: undefined, after: undefined });
  }

  /** Tells all that waits. */
  flush(): void {
    const changes = [...this.#changes];
    this.#clear();
    for (const { kind, suffix, offer } of changes) {
      if (kind === "end") this.#announcer.end(suffix);
      else this.#announcer[kind](suffix, offer!);
    }
  }

  /** Nobody listens any more. */
  stop(): void {
    this.#clear();
    this.#batch.forget(this);
  }

  #push(change: Change): void {
    this.#changes.add(change);
    this.#last.set(change.suffix, change);
    this.#batch.wait(this);
  }

  #clear(): void {
    this.#changes.clear();
    this.#last.clear();
  }
}
