import type { Cached, Clock } from "@moq-relay/protocol/model";
import { STREAM_CODE } from "@moq-relay/protocol/model";
import type { FetchRequest } from "@moq-relay/protocol/session";
import { GroupCopy } from "./copy.ts";
import { deliver } from "./delivery.ts";
import { type AttemptEvents, FetchAttempt } from "./fetch-attempt.ts";
import type { FetchReader } from "./fetch-reader.ts";
import { Group } from "./group.ts";
import type { GroupOptions } from "./group-view.ts";
import { type Candidate, leadsThrough } from "./supplier.ts";

export interface FetchOptions extends GroupOptions {
  /** Fetches upstream under way at once, all broadcasts together. */
  readonly maxFetches: number;
  /** Fetches of peers that one group is given to at once. */
  readonly maxFetchWaiters: number;
  /** Milliseconds that a peer has for the beginning of an answer; then the next one is asked. */
  readonly fetchPatience: number;
}

/** What fetches ask of the hub. */
export interface FetchContext {
  readonly clock: Clock;
  readonly options: FetchOptions;
  /** Fetches upstream that are under way, in the whole hub. */
  readonly load: { underWay: number };
  /** Usable ways to the publisher, best first. */
  candidates(): readonly Candidate[];
  /** Whether this link has fallen silent. */
  isSuspect(link: number): boolean;
}

/** Behind everything live of the same priority. */
const RANK = 0;

/**
 * A group that no subscription brings: fetched once upstream for all who want it, whole and from its beginning whatever frames
 * they asked for, and kept for others while there is memory. A route that refuses, or is lost, is followed by the next one,
 * from the frame that was reached.
 */
export class FetchedGroup implements AttemptEvents {
  readonly #wanted: FetchRequest;
  readonly #context: FetchContext;
  readonly #onGone: () => void;
  readonly #readers = new Set<FetchReader>();
  /** Links that are not asked again. */
  readonly #refused = new Set<number>();
  readonly #entry: Cached = { evict: () => this.#fail(STREAM_CODE.evicted) };
  #attempt: FetchAttempt | undefined;
  /** Undefined until the answer begins. */
  #group: Group | undefined;
  #state: "under way" | "whole" | "gone" = "under way";
  /** When it was last needed. */
  #touched: number;
  /** Its broadcast is over: nobody new may have it. */
  #closed = false;

  /** @param onGone called once, when nothing of it is left. */
  constructor(wanted: FetchRequest, context: FetchContext, onGone: () => void) {
    this.#wanted = { ...wanted, startFrame: 0, endFrame: undefined };
    this.#context = context;
    this.#onGone = onGone;
    this.#touched = context.clock.now();
    context.load.underWay += 1;
  }

  /** Bytes of memory that it holds. */
  get weight(): number {
    return this.#group?.weight ?? 0;
  }

  /** Takes one more reader; the first one begins it. */
  join(reader: FetchReader): void {
    if (this.#readers.size >= this.#context.options.maxFetchWaiters) return reader.broken(STREAM_CODE.noCapacity);
    if (this.#attempt && leadsThrough(this.#attempt.candidate, reader.subscriber.peerHop)) {
      return reader.broken(STREAM_CODE.unroutable);
    }
    this.#readers.add(reader);
    reader.whenOver = () => this.#leave(reader);
    if (this.#group) deliver(this.#group, [reader]);
    else if (!this.#attempt) this.#next(STREAM_CODE.unroutable);
  }

  linkLost(link: number): void {
    if (this.#attempt?.candidate.link !== link) return;
    this.#attempt.forget();
    this.#ask(STREAM_CODE.unroutable);
  }

  /** Routes changed, or a link fell silent: that one is not waited for where there is another. */
  reroute(): void {
    const attempt = this.#attempt;
    if (!attempt || !this.#context.isSuspect(attempt.candidate.link)) return;
    const best = this.#context.candidates().find((one) => this.#usable(one));
    if (!best || best.suspect) return;
    attempt.cancel();
    this.#next(STREAM_CODE.unroutable);
  }

  /** @param keep milliseconds that it is kept without a reader. */
  sweep(now: number, keep: number): void {
    if (this.#state === "whole" && this.#readers.size === 0 && now - this.#touched > keep) this.#go(STREAM_CODE.old);
    const attempt = this.#attempt;
    if (!attempt || attempt.begun || now - attempt.startedAt <= this.#context.options.fetchPatience) return;
    attempt.cancel();
    this.#ask(STREAM_CODE.deliveryTimeout);
  }

  /** Its broadcast is over. What is whole is still delivered to those who have begun. */
  close(code: number): void {
    this.#closed = true;
    if (this.#state === "under way") this.#fail(code);
    else if (this.#readers.size === 0) this.#go(code);
  }

  onBegin(attempt: FetchAttempt): GroupCopy | undefined {
    const { format } = attempt.candidate.supplier;
    const group = this.#group ?? this.#create(attempt);
    return GroupCopy.at(group, attempt.frameStart, format, this.#copyEvents);
  }

  onRefused(_: FetchAttempt, code: number): void {
    this.#ask(code);
  }

  readonly #copyEvents = {
    stamp: (): number => Math.floor(this.#context.clock.now()),
    onProgress: (_: GroupCopy, added: number): void => {
      this.#context.options.counters.bytesReceived += added;
    },
    onFin: (): void => {
      this.#settle("whole");
      this.#attempt = undefined;
      this.#touched = this.#context.clock.now();
      this.#group?.finish();
    },
    onReset: (_: GroupCopy, code: number): void => this.#ask(code),
    onBroken: (_: GroupCopy, why: "mismatch" | number): void => {
      if (why === "mismatch") this.#context.options.counters.mismatches += 1;
      this.#fail(why === "mismatch" ? STREAM_CODE.old : why);
    },
    stop: (): void => this.#attempt?.cancel(),
  };

  #create({ candidate }: FetchAttempt): Group {
    const { clock, options } = this.#context;
    const place = { sequence: this.#wanted.group, rank: RANK, frameStart: 0, createdAt: clock.now() };
    const group = new Group(candidate.supplier.format, place, options);
    this.#group = group;
    options.counters.groupsReceived += 1;
    options.budget.enter(this.#entry);
    for (const reader of [...this.#readers]) deliver(group, [reader]);
    return group;
  }

  /** The route in use has failed with this code: asks the next one. */
  #ask(code: number): void {
    if (this.#attempt) this.#refused.add(this.#attempt.candidate.link);
    this.#attempt = undefined;
    if (this.#state === "under way") this.#next(code);
  }

  #next(code: number): void {
    const all = this.#context.candidates();
    const candidate = all.find((one) => this.#usable(one));
    if (!candidate) return this.#fail(this.#refused.size === 0 && all.length > 0 ? STREAM_CODE.notFound : code);
    this.#context.options.counters.upstreamFetches += 1;
    const request = { ...this.#wanted, startFrame: this.#reached };
    this.#attempt = new FetchAttempt(candidate, request, this.#context.clock.now(), this);
  }

  #usable(candidate: Candidate): boolean {
    const { link, supplier } = candidate;
    if (!supplier.canFetch || this.#refused.has(link)) return false;
    if (this.#group && this.#group.source.format !== supplier.format) return false;
    return ![...this.#readers].some(({ subscriber }) => leadsThrough(candidate, subscriber.peerHop));
  }

  /** The last whole frame that is here: it comes twice, and shows that the next route leads to the same bytes. */
  get #reached(): number {
    return Math.max(0, (this.#group?.source.index.complete ?? 0) - 1);
  }

  #leave(reader: FetchReader): void {
    this.#readers.delete(reader);
    this.#group?.drop(reader, STREAM_CODE.cancel);
    this.#touched = this.#context.clock.now();
    if (this.#readers.size === 0 && (this.#closed || this.#state === "under way")) this.#go(STREAM_CODE.cancel);
  }

  /** It cannot be had: breaks it off for everybody. */
  #fail(code: number): void {
    for (const reader of [...this.#readers]) reader.broken(code);
    this.#go(code);
  }

  #settle(state: "whole" | "gone"): void {
    if (this.#state === "under way") this.#context.load.underWay -= 1;
    this.#state = state;
  }

  #go(code: number): void {
    if (this.#state === "gone") return;
    this.#settle("gone");
    this.#attempt?.cancel();
    this.#attempt = undefined;
    this.#group?.release(code);
    this.#context.options.budget.leave(this.#entry);
    this.#onGone();
  }
}
