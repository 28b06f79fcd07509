import type { Path } from "@moq-relay/protocol/model";
import { STREAM_CODE } from "@moq-relay/protocol/model";
import type { Cancel, TrackInfo, TrackInfoAnswer } from "@moq-relay/protocol/session";
import type { Candidate } from "./supplier.ts";

/** Asks once what a track is, however many want to know, and remembers the answer: it holds as long as the publisher. */
export class InfoQuestion {
  readonly #path: Path;
  readonly #track: string;
  readonly #candidates: () => readonly Candidate[];
  readonly #waiting = new Set<TrackInfoAnswer>();
  readonly #asked = new Set<number>();
  #pending: { link: number; cancel: Cancel } | undefined;
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

  ask(answer: TrackInfoAnswer): Cancel {
    if (this.#known) {
      answer.info(this.#known);
      return () => {};
    }
    this.#waiting.add(answer);
    if (!this.#pending) {
      this.#asked.clear();
      this.#next(STREAM_CODE.unroutable);
    }
    return () => this.#leave(answer);
  }

  fail(code: number): void {
    this.#pending?.cancel();
    this.#pending = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const answer of waiting) answer.fail(code);
  }

  linkLost(link: number): void {
    if (this.#pending?.link !== link) return;
    this.#pending = undefined;
    this.#next(STREAM_CODE.unroutable);
  }

  /** Routes changed: the question goes to the best one, for nobody says that the peer that has it will ever answer. */
  reroute(): void {
    const [best] = this.#candidates();
    if (!this.#pending || !best || best.link === this.#pending.link) return;
    this.#pending.cancel();
    this.#pending = undefined;
    this.#asked.clear();
    this.#next(STREAM_CODE.unroutable);
  }

  #leave(answer: TrackInfoAnswer): void {
    this.#waiting.delete(answer);
    if (this.#waiting.size > 0) return;
    this.#pending?.cancel();
    this.#pending = undefined;
  }

  /** Asks the next peer that has not refused; with none left the last refusal is the answer. */
  #next(code: number): void {
    const candidate = this.#candidates().find(({ link }) => !this.#asked.has(link));
    if (!candidate) return this.fail(code);
    const { link, supplier } = candidate;
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
    if (!answered) this.#pending = { link, cancel };
  }

  #answer(info: TrackInfo): void {
    this.#pending = undefined;
    this.#known = info;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const answer of waiting) answer.info(info);
  }
}
