import { knownStreamCode, NO_HOP, STREAM_CODE } from "../../model/index.ts";
import type { BidiEvents, BidiStream, RecvEvents, RecvStream } from "../../transport/index.ts";
import {
  BIDI,
  encodeStreamType,
  encodeSubscribe,
  encodeSubscribeUpdate,
  Framer,
  readSubscribeReply,
  type SubscribeReply,
  type Version,
  WireError,
} from "../../wire/index.ts";
import type { SubscribeRequest, SubscribeUpdate, Upstream, UpstreamEvents } from "../session.ts";
import type { Waiting } from "./deadlines.ts";
import { Deaf } from "./deaf.ts";
import type { LiteSession } from "./lite-session.ts";
import { ask, send } from "./output.ts";
import { writeTerms } from "./terms.ts";
import type { Upstreams } from "./upstreams.ts";

/** A subscription of this side: its stream (bidi 2), and the group streams that belong to it. moq-lite, Subscribe. */
export class LiteUpstream extends Deaf implements Upstream, BidiEvents, Waiting {
  readonly #id: number;
  readonly #session: LiteSession;
  readonly #version: Version;
  /** The end that the peer knows. */
  #endGroup: number | undefined;
  readonly #upstreams: Upstreams;
  readonly #events: UpstreamEvents;
  readonly #stream: BidiStream;
  readonly #framer: Framer;
  /** Group streams under way. */
  readonly #groups = new Set<RecvStream>();
  /** What END said, and one more than the highest group that came. */
  #end: number | undefined;
  #reached = 0;
  /** Replies that were taken. */
  #replies = 0;
  #over = false;

  constructor(session: LiteSession, upstreams: Upstreams, request: SubscribeRequest, events: UpstreamEvents) {
    super();
    const { connection, features, options, namesPublishers } = session;
    this.#session = session;
    this.#id = upstreams.nextId();
    this.#version = features;
    this.#upstreams = upstreams;
    this.#events = events;
    this.#endGroup = request.endGroup;
    this.#framer = new Framer(options.limits.maxMessage);
    upstreams.add(this.#id, this);
    this.#stream = ask(connection, this, (writer) => {
      encodeStreamType(writer, BIDI.subscribe);
      const { broadcast, track } = request;
      const publisher = namesPublishers ? (request.publisher ?? NO_HOP) : undefined;
      encodeSubscribe(
        writer,
        { id: this.#id, broadcast, track, publisher, ...writeTerms(request, features) },
        features,
      );
    });
  }

  update(update: SubscribeUpdate): void {
    if (this.#over || !this.#version.subscribeUpdate) return;
    const terms = writeTerms(update, this.#version);
    if (!this.#version.freeUpdates && terms.endGroup === this.#endGroup) return;
    this.#endGroup = terms.endGroup;
    send(this.#stream.send, (writer) => encodeSubscribeUpdate(writer, terms, this.#version));
  }

  cancel(): void {
    this.#upstreams.remove(this.#id);
    for (const group of this.#groups) group.stop(STREAM_CODE.cancel);
    this.#groups.clear();
    if (this.#over) return;
    this.#leave();
    this.#stream.recv.stop(STREAM_CODE.internal);
  }

  /** A group stream for this subscription begins. */
  accept(sequence: number, frameStart: number, stream: RecvStream): RecvEvents | undefined {
    if (this.#isBehindEnd(sequence)) {
      stream.stop(STREAM_CODE.sessionClosed);
      this.#fail(STREAM_CODE.malformedTrack);
      return undefined;
    }
    this.#reached = Math.max(this.#reached, sequence + 1);
    const target = this.#events.onGroup(sequence, frameStart, (code) => {
      this.#groups.delete(stream);
      stream.stop(code);
    });
    if (target) this.#groups.add(stream);
    return target;
  }

  /** A datagram for this subscription. */
  datagram(sequence: number, timestamp: number, payload: Uint8Array): void {
    if (!this.#isBehindEnd(sequence)) this.#events.onDatagram?.(sequence, timestamp, payload);
  }

  left(stream: RecvStream): void {
    this.#groups.delete(stream);
  }

  onData(bytes: Uint8Array): void {
    this.#framer.push(bytes);
    try {
      for (;;) {
        const reply = this.#over ? undefined : readSubscribeReply(this.#framer, this.#version);
        if (!reply) return this.#watch();
        this.#replies += 1;
        this.#take(reply);
      }
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#fail(STREAM_CODE.malformedTrack);
    }
  }

  onFin(): void {
    if (this.#over) return;
    if (this.#framer.buffered > 0) return this.#fail(STREAM_CODE.malformedTrack);
    // Since 05 a publisher says END before it finishes; without it the track did not end, its supply did.
    if (this.#version.endRequired && this.#end === undefined) return this.#fail(STREAM_CODE.internal);
    this.#leave();
    this.#events.onDone();
  }

  onReset(code: number): void {
    this.#fail(knownStreamCode(code));
  }

  onTimeout(): void {
    this.#fail(STREAM_CODE.controlTimeout);
  }

  #watch(): void {
    const unfinished = !this.#over && this.#framer.buffered > 0;
    this.#session.deadlines.watch(this, unfinished ? this.#replies : undefined);
  }

  #leave(): void {
    this.#over = true;
    this.#session.deadlines.watch(this, undefined);
    this.#stream.send.finish();
  }

  #take(reply: SubscribeReply): void {
    switch (reply.kind) {
      case "ok":
        if (reply.startGroup !== undefined) this.#events.onStart(reply.startGroup);
        break;
      case "start":
        this.#events.onStart(reply.group);
        break;
      case "drop":
        this.#events.onDrop(reply.first, reply.last, knownStreamCode(reply.error));
        break;
      case "end":
        if (this.#version.endStrict && reply.group < this.#reached) return this.#fail(STREAM_CODE.malformedTrack);
        this.#end = reply.group;
        this.#events.onEnd(reply.group);
    }
  }

  /** On 06 END is the truth; on 05 some say the last group and mean it. */
  #isBehindEnd(sequence: number): boolean {
    return this.#version.endStrict && this.#end !== undefined && sequence >= this.#end;
  }

  #fail(code: number): void {
    if (this.#over) return;
    this.cancel();
    this.#events.onError(code);
  }
}
