import { LIVE } from "@moq-relay/protocol/model";
import type { Fetcher, FetchRequest } from "@moq-relay/protocol/session";
import type { Handle, SendEvents, SendStream } from "@moq-relay/protocol/transport";
import type { Answer } from "./answer.ts";
import type { HubCounters } from "./counters.ts";
import { Reader } from "./reader.ts";
import { UNSEEN } from "./unseen.ts";

/**
 * One fetch of a peer. It is given its group by name, whatever is live; to a track that is being read it is a reader that
 * asks for nothing, so that the groups stay as long as it needs them.
 */
export class FetchReader extends Reader implements Answer, SendEvents {
  readonly fetch: FetchRequest;
  readonly #fetcher: Fetcher;
  readonly #counters: HubCounters;
  /** Who writes the answer; undefined until it begins. */
  #writer: SendEvents | undefined;
  #over = false;
  /** Called once, when nothing is needed any more: all is delivered, or it was refused, broken off or withdrawn. */
  whenOver: (() => void) | undefined;

  constructor(fetch: FetchRequest, fetcher: Fetcher, counters: HubCounters) {
    const { broadcast, track, group } = fetch;
    const { format, connection, peerHop } = fetcher;
    super({ ...UNSEEN, format, connection, peerHop }, { ...LIVE, broadcast, track, endGroup: group });
    this.fetch = fetch;
    this.#fetcher = fetcher;
    this.#counters = counters;
  }

  get over(): boolean {
    return this.#over;
  }

  /** Of the answer; what the track is asked for upstream does not change by it. */
  override get priority(): number {
    return this.fetch.priority;
  }

  override get answer(): Answer {
    return this;
  }

  override wants(): boolean {
    return false;
  }

  override firstFrame(): number {
    return this.fetch.startFrame;
  }

  override lastFrame(): number {
    return this.fetch.endFrame ?? Number.POSITIVE_INFINITY;
  }

  begin(events: SendEvents): SendStream {
    this.#writer = events;
    this.#counters.fetches += 1;
    return this.#fetcher.accept(this);
  }

  empty(): void {
    if (!this.#over) this.begin(NOBODY).finish();
  }

  broken(code: number): void {
    if (this.#over) return;
    if (!this.#writer) this.#counters.fetchesRefused += 1;
    this.#over = true;
    this.#fetcher.fail(code);
    this.whenOver?.();
  }

  /** The peer gave it up, or its session ended, or all is delivered. */
  leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.whenOver?.();
  }

  onStopped(stream: Handle, code: number): void {
    this.#writer?.onStopped(stream, code);
    this.leave();
  }

  onPressure(stream: Handle, queued: number): void {
    this.#writer?.onPressure(stream, queued);
  }

  onDrained(stream: Handle): void {
    this.#writer?.onDrained(stream);
  }

  onOverflow(stream: Handle): void {
    this.#writer?.onOverflow(stream);
    this.leave();
  }

  onDelivered(stream: Handle): void {
    this.#writer?.onDelivered(stream);
    this.leave();
  }
}

const NOBODY: SendEvents = { onStopped() {}, onPressure() {}, onDrained() {}, onOverflow() {}, onDelivered() {} };
