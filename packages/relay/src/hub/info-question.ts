import type { HopId, Path } from "@moq-relay/protocol/model";
import { STREAM_CODE } from "@moq-relay/protocol/model";
import type { Cancel, TrackInfo, TrackInfoAnswer } from "@moq-relay/protocol/session";
import { type Candidate, leadsThrough } from "./supplier.ts";

/**
 * Asks once what a track is, however many want to know, and remembers the answer: it holds as long as the publisher. Nobody is
 * asked by a way through one who waits for the answer here: two relays would wait for each other for ever.
 */
export class InfoQuestion {
  readonly #path: Path;
  readonly #track: string;
  readonly #candidates: () => readonly Candidate[];
  /** With the relay that asked. */
  readonly #waiting = new Map<TrackInfoAnswer, HopId>();
  readonly #asked = new Set<number>();
  #pending: { readonly way: Candidate; readonly cancel: Cancel } | undefined;
  /** Clock time since when it is asked with no route left; undefined while there is one. */
  #aloneSince: number | undefined;
  #known: TrackInfo | undefined;

  constructor(path: Path, track: string, candidates: () => readonly Candidate[]) {
    this.#path = path;
    this.#track = track;
    this.#candidates = candidates;
  }

  get known(): TrackInfo | undefined {
    return this.#known;
  }

  /** Whether somebody waits for the answer. */
  get pending(): boolean {
    return this.#waiting.size > 0;
  }

  /** @param hop who wants to know. */
  ask(answer: TrackInfoAnswer, hop: HopId): Cancel {
    if (this.#known) {
      answer.info(this.#known);
      return () => {};
    }
    if (this.#pending && leadsThrough(this.#pending.way, hop)) {
      if (!this.#candidates().some((way) => !leadsThrough(way, hop) && !this.#isBehindAsker(way))) {
        answer.fail(STREAM_CODE.unroutable);
        return () => {};
      }
      this.#pending.cancel();
      this.#pending = undefined;
    }
    this.#waiting.set(answer, hop);
    if (!this.#pending) {
      this.#asked.clear();
      this.#next(STREAM_CODE.unroutable);
    }
    return () => this.#leave(answer);
  }

  fail(code: number): void {
    this.#pending?.cancel();
    this.#pending = undefined;
    const waiting = [...this.#waiting.keys()];
    this.#waiting.clear();
    for (const answer of waiting) answer.fail(code);
  }

  linkLost(link: number): void {
    if (this.#pending?.way.link !== link) return;
    this.#pending = undefined;
    this.#next(STREAM_CODE.unroutable);
  }

  /** Routes changed: the question goes to the best one, for nobody says that the peer that has it will ever answer. */
  reroute(): void {
    const best = this.#candidates().find((way) => !this.#isBehindAsker(way));
    if (!this.#pending || !best || best.link === this.#pending.way.link) return;
    this.#pending.cancel();
    this.#pending = undefined;
    this.#asked.clear();
    this.#next(STREAM_CODE.unroutable);
  }

  /**
   * Called a few times a second: with no route left whoever is asked has lost it, too, and may wait for somebody himself.
   * @param linger milliseconds that a route may take to come back.
   */
  sweep(now: number, linger: number): void {
    if (!this.#pending || this.#candidates().length > 0) this.#aloneSince = undefined;
    else this.#aloneSince ??= now;
    if (this.#aloneSince !== undefined && now - this.#aloneSince > linger) this.fail(STREAM_CODE.unroutable);
  }

  #leave(answer: TrackInfoAnswer): void {
    this.#waiting.delete(answer);
    if (this.#waiting.size > 0) return;
    this.#pending?.cancel();
    this.#pending = undefined;
  }

  #isBehindAsker(way: Candidate): boolean {
    for (const hop of this.#waiting.values()) if (leadsThrough(way, hop)) return true;
    return false;
  }

  /** Asks the next peer that has not refused; with none left the last refusal is the answer. */
  #next(code: number): void {
    const left = this.#candidates().filter(({ link }) => !this.#asked.has(link));
    const way = left.find((one) => !this.#isBehindAsker(one)) ?? this.#freed(left);
    if (!way) return this.fail(code);
    const { link, supplier } = way;
    this.#asked.add(link);
    let answered = false;
    const cancel = supplier.trackInfo(this.#path, this.#track, {
      onInfo: (info) => {
        answered = true;
        this.#answer(info);
      },
      onError: (refusal) => {
        answered = true;
        this.#pending = undefined;
        this.#next(refusal);
      },
    });
    if (!answered) this.#pending = { way, cancel };
  }

  /** Only ways through those who wait are left: for the sake of the others the ones before the best of them are refused. */
  #freed([best]: readonly Candidate[]): Candidate | undefined {
    if (!best) return undefined;
    const before = [...this.#waiting].filter(([, hop]) => leadsThrough(best, hop));
    if (before.length === this.#waiting.size) return undefined;
    for (const [answer] of before) this.#waiting.delete(answer);
    for (const [answer] of before) answer.fail(STREAM_CODE.unroutable);
    return best;
  }

  #answer(info: TrackInfo): void {
    this.#pending = undefined;
    this.#known = info;
    const waiting = [...this.#waiting.keys()];
    this.#waiting.clear();
    for (const answer of waiting) answer.info(info);
  }
}
