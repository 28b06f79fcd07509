import type { Path } from "@moq-relay/protocol/model";
import { STREAM_CODE } from "@moq-relay/protocol/model";
import type {
  Cancel,
  SubscribeRequest,
  SubscribeUpdate,
  TrackInfo,
  TrackInfoAnswer,
} from "@moq-relay/protocol/session";
import { Beginnings } from "./beginnings.ts";
import { GroupCopy } from "./copy.ts";
import { Datagrams } from "./datagrams.ts";
import { deliver, deliverFrom } from "./delivery.ts";
import { AT_ONCE, type FeedContext, FLOWING, LEAVING_PATIENCE, SPARE_PATIENCE, TAIL } from "./feed-context.ts";
import type { Group } from "./group.ts";
import { Groups } from "./groups.ts";
import { InfoQuestion } from "./info-question.ts";
import type { Reader } from "./reader.ts";
import { Refusals } from "./refusals.ts";
import { Requests, wanted } from "./requests.ts";
import { type Asker, SCOUT_PATIENCE, Scout } from "./scout.ts";
import type { Source, SourceEvents } from "./source.ts";
import { Sources } from "./sources.ts";
import { secondWay } from "./standby.ts";
import { type Candidate, leadsThrough } from "./supplier.ts";

/**
 * One track of one publisher: one subscription upstream however many readers, the groups that it brought, and the readers.
 *
 * Normally one source is active. A better route is joined beside it and takes over once it has caught up; a lost one is
 * replaced from the frame that was reached. Since copies merge by position (`copy.ts`), neither costs a frame or repeats one.
 *
 * More than 500 lines in one file: every decision here reads and changes the same few fields, and to tear them apart would
 * only hide that.
 */
export class Feed implements SourceEvents {
  readonly path: Path;
  readonly track: string;
  readonly #context: FeedContext;
  readonly #groups: Groups;
  readonly #datagrams: Datagrams;
  readonly #readers = new Set<Reader>();
  readonly #info: InfoQuestion;
  readonly #sources: Sources = new Sources(this);
  readonly #beginnings: Beginnings;
  readonly #requests: Requests;
  readonly #refused = new Refusals();
  /** When the last source was lost, undefined while there is one or nobody needs one. */
  #lostAt: number | undefined;
  /** The link that was lost with a source last. */
  #lostLink: number | undefined;
  /** When the joining one was made; when nobody was left; when the active one was done. */
  #joinedAt = 0;
  #idleSince: number;
  #doneAt = 0;
  /** When to look for a way out of the one in use, see `#escape`. */
  #escapeAt = 0;
  /** The latest group, when it could not be gone on with, and when that was. */
  #torn: { readonly group: Group; readonly at: number } | undefined;
  /** Since when no route is left. */
  #aloneSince = 0;
  #closed = false;
  #asked = "";
  #scout: Scout | undefined;

  constructor(path: Path, track: string, context: FeedContext) {
    this.path = path;
    this.track = track;
    this.#context = context;
    this.#groups = new Groups(context.options);
    this.#datagrams = new Datagrams(context.options.counters);
    const here = { readers: this.#readers, groups: this.#groups, maxAge: () => this.#maxAge() };
    this.#requests = new Requests({ path, track, ...here });
    const active = (): Source | undefined => (this.#closed ? undefined : this.#sources.active);
    this.#beginnings = new Beginnings({ ...here, clock: context.clock, active });
    this.#info = new InfoQuestion(path, track, () => this.#usable());
    this.#idleSince = context.clock.now();
  }

  get closed(): boolean {
    return this.#closed;
  }

  get readers(): number {
    return this.#readers.size - (this.#scout ? 1 : 0);
  }

  /** The route that it comes over now. */
  get candidate(): Candidate | undefined {
    return this.#sources.active?.candidate;
  }

  get groups(): Groups {
    return this.#groups;
  }

  get info(): TrackInfo | undefined {
    return this.#info.known;
  }

  /** Streams that readers have not received whole. */
  get undelivered(): number {
    let sum = 0;
    for (const group of this.#groups.values()) sum += group.undelivered;
    return sum;
  }

  /** Nobody needs it any more: it is over, or has had no reader for `keep` milliseconds, or has nothing worth keeping. */
  disposable(now: number, keep: number): boolean {
    if (this.#info.pending) return false;
    if (this.#closed) return true;
    if (this.#readers.size > 0) return false;
    return !this.#info.known || now - this.#idleSince > keep;
  }

  /** Milliseconds since somebody last read or asked. */
  idleFor(now: number): number {
    return now - this.#idleSince;
  }

  /** For somebody who will want to read, or subscribes at the same time. */
  ask({ hop, subscribes }: Asker, answer: TrackInfoAnswer): Cancel {
    this.#idleSince = this.#context.clock.now();
    const cancel = this.#info.ask(answer, hop);
    if (this.#readers.size === 0 && !subscribes && !this.#closed) this.#send(Scout.before(this.path, this.track, hop));
    return cancel;
  }

  attach(reader: Reader): void {
    const { active } = this.#sources;
    if (active && leadsThrough(active.candidate, reader.subscriber.peerHop) && !this.#goRound(reader)) {
      return this.#refuse(reader, STREAM_CODE.unroutable);
    }
    const { spare } = this.#sources;
    if (spare && leadsThrough(spare.candidate, reader.subscriber.peerHop)) this.#sources.stopSpare();
    this.#readers.add(reader);
    if (!reader.answer) this.#context.options.counters.subscriptions += 1;
    const answer: TrackInfoAnswer = {
      info: (info) => this.#readers.has(reader) && reader.subscriber.accepted(info),
      fail: (code) => this.#expel(reader, code),
    };
    this.#info.ask(answer, reader.subscriber.peerHop);
    if (!this.#readers.has(reader)) return;
    if (this.#scout) this.#relieve(reader);
    else if (active && this.#reachesFor(reader, active)) this.#updateUpstream();
    else if (active) this.#beginAnew();
    else this.#begin();
    this.#beginnings.joined(reader);
  }

  /** Who brings it here has lost it, and asks for it: a way without him is taken at once. False when there is none. */
  #goRound({ subscriber }: Reader): boolean {
    const other = this.#usable().find((way) => !leadsThrough(way, subscriber.peerHop));
    if (!other || !this.#groups.latest) return false;
    if (this.#sources.joining?.candidate.link !== other.link || this.#joinedAt !== AT_ONCE) this.#joinAtOnce(other);
    return true;
  }

  /** Readers by whom a way leads: what comes by it must not go back to them. */
  #readersBefore(way: Candidate): Reader[] {
    return [...this.#readers].filter(({ subscriber }) => leadsThrough(way, subscriber.peerHop));
  }

  update(reader: Reader, update: SubscribeUpdate): void {
    const before = reader.request;
    reader.update(update);
    if (!this.#readers.has(reader)) return;
    this.#updateUpstream();
    if (update.priority !== before.priority) for (const group of this.#groups.values()) group.rerank(reader);
    const raised = before.endGroup !== undefined && before.endGroup !== update.endGroup;
    if (raised) deliverFrom(reader, this.#groups, before.endGroup + 1);
  }

  /** @param code with which its groups are broken off. */
  detach(reader: Reader, code: number = STREAM_CODE.cancel): void {
    if (!this.#readers.delete(reader)) return;
    for (const group of this.#groups.values()) group.drop(reader, code);
    if (this.#readers.size > 0) return this.#updateUpstream();
    if (reader.subscriber.gone && this.#sources.active) return this.#send(Scout.after(reader));
    this.#rest();
    // The next subscription may number its groups anew: nothing of this one can be used then.
    this.#groups.clear(STREAM_CODE.cancel);
  }

  /** Routes changed: is there a better one than that in use? */
  reroute(): void {
    if (this.#closed) return;
    this.#info.reroute();
    if (this.#readers.size === 0) return;
    this.#leaveStrays();
    const { active, joining, ready } = this.#sources;
    if (!active) return this.#begin();
    const usable = this.#usable();
    const [best] = usable;
    if (!best || active.done) return;
    const silent = !best.suspect && this.#context.isSuspect(active.candidate.link);
    const asked = !silent || this.#joinedAt === AT_ONCE || !this.#groups.latest;
    if (best.link === joining?.candidate.link && asked) return;
    // It goes round a reader: what that one tells meanwhile does not call it back.
    if (joining && this.#readersBefore(active.candidate).length > 0) return;
    if (best.link === active.candidate.link) {
      // The same neighbour may have it from another node than before.
      this.#context.carried(this, best);
      this.#sources.stopJoining();
      return this.#holdSpare();
    }
    if (best.link === ready?.candidate.link) return this.#useSpare(silent);
    const { latest } = this.#groups;
    if (!silent && this.#twice && this.#flows(active)) return this.#hold(best);
    if (silent && latest) return this.#joinAtOnce(best);
    this.#join(best, latest ? this.#requests.boundary() : this.#requests.fresh());
  }

  /**
   * A link is gone, and what came over it.
   * @param mayReturn false when the other end said goodbye: without another way nobody needs to wait.
   */
  linkLost(link: number, mayReturn: boolean): void {
    for (const source of this.#sources.on(link)) {
      this.#lostLink = link;
      this.#ended(source, undefined);
    }
    this.#info.linkLost(link);
    if (mayReturn || this.#lostLink !== link || this.#readers.size === 0) return;
    if (this.#lostAt !== undefined) this.close(STREAM_CODE.unroutable);
  }

  /** Ends it for all readers: its publisher was replaced, no route came back, or the relay closes. */
  close(code: number): void {
    if (this.#closed) return;
    this.#closed = true;
    const readers = [...this.#readers];
    this.#readers.clear();
    this.#rest();
    this.#info.fail(code);
    for (const group of this.#groups.values()) if (group.open) group.abort(code);
    for (const reader of readers) this.#refuse(reader, code);
  }

  /** Gives the cached groups back; what readers still lack of them is broken off. */
  release(code: number): void {
    this.#closed = true;
    this.#rest();
    this.#groups.clear(code);
  }

  /** Called a few times a second: what only time can tell. */
  sweep(now: number): void {
    this.#groups.expire(now, this.#maxAge());
    const { active, joining } = this.#sources;
    const { handoverPatience, linger } = this.#context.options;
    this.#info.sweep(now, linger);
    if (joining && now - this.#joinedAt > handoverPatience) this.#insist();
    if (this.#sources.asksInVain(now - handoverPatience)) this.#keepOne();
    this.#sources.dismiss(now - LEAVING_PATIENCE);
    this.#escape(now);
    this.#holdSpare();
    if (!joining && this.#sources.giveUpSilent(now - LEAVING_PATIENCE)) this.#repair();
    if (active?.done) {
      const open = this.#sources.delivering || this.#misses(active);
      const patience = open ? this.#maxAge() : TAIL;
      if (now - this.#doneAt > patience) this.#complete(active);
    }
    if (this.#torn && now - this.#torn.at > handoverPatience) this.#giveUpTorn(this.#torn.group);
    const lostFor = this.#readers.size > 0 ? now - (this.#lostAt ?? now) : 0;
    if (lostFor > linger) this.close(STREAM_CODE.unroutable);
    else if (lostFor > handoverPatience) this.#askAgain();
  }

  /** Only those who refused it once have it still. */
  #askAgain(): void {
    if (this.#usable().length > 0 || this.#context.candidates().length === 0) return;
    this.#refused.clear();
    this.#begin();
  }

  onStart(source: Source, group: number): void {
    if (source !== this.#sources.active) return;
    this.#sources.dismiss();
    this.#beginnings.said(group);
  }

  onGroup(source: Source, sequence: number, frameStart: number, stop: (code: number) => void): GroupCopy | undefined {
    if (this.#sources.isLeaving(source)) return undefined;
    this.#sources.dismiss();
    // With such numbers nobody could be asked for what comes next: it would not fit the wire.
    if (sequence === Number.MAX_SAFE_INTEGER || frameStart > this.#context.options.maxFrames) return undefined;
    if (sequence < source.from) {
      this.#distrust(source);
      return undefined;
    }
    const { format } = source.candidate.supplier;
    const known = this.#groups.get(sequence);
    if (source.verified ? known?.open === false : !known?.length) {
      source.missed = !source.verified;
      return undefined;
    }
    // It was here, or would have gone by now: whoever wanted it has had it.
    if (!known && sequence < this.#groups.bottom) return undefined;
    if (known) this.#context.options.counters.groupsRepeated += 1;
    const group = known ?? this.#create(source, sequence, frameStart);
    const onProgress = (progressed: GroupCopy, added: number): void => this.#progressed(source, progressed, added);
    const copy = GroupCopy.at(group, frameStart, format, { ...this.#copyEvents, onProgress, stop });
    if (!copy && !this.#sources.delivers(group)) this.#tear(group);
    return copy;
  }

  onDatagram(source: Source, sequence: number, timestamp: number, payload: Uint8Array): void {
    this.#datagrams.deliver(source, this.#readers, sequence, timestamp, payload);
  }

  onDone(source: Source): void {
    // Others deliver what they have begun.
    if (source !== this.#sources.active) return this.#settle();
    this.#doneAt = this.#context.clock.now();
    // Readers hear of the end when all is here: until then the publisher may be back, and what it adds comes by another way.
    if (this.#whole(source)) this.#complete(source);
  }

  onError(source: Source, code: number): void {
    this.#refused.add(source.candidate);
    this.#ended(source, code);
  }

  readonly #copyEvents = {
    /** Dates frames that carry no timestamp: whole milliseconds, as on the wire. */
    stamp: (): number => Math.floor(this.#context.clock.now()),
    onFin: (copy: GroupCopy): void => {
      copy.group.finish();
      this.#copyOver(copy);
    },
    onReset: (copy: GroupCopy, code: number): void => {
      const source = this.#sources.of(copy);
      const left = source !== undefined && this.#sources.isLeaving(source);
      this.#copyOver(copy);
      // That is said of subscriptions: the end of this one is on its way, and the group goes on over another route. One that was
      // left is over with its last group: nobody waits for its end.
      if (code === STREAM_CODE.unroutable || code === STREAM_CODE.goingAway) return left ? this.#repair() : undefined;
      if (code === STREAM_CODE.old && copy.group === this.#groups.latest) return;
      if (!this.#sources.active || this.#sources.delivers(copy.group)) return;
      if (code === STREAM_CODE.evicted) this.#tear(copy.group);
      else this.#abort(copy.group, code);
    },
    onBroken: (copy: GroupCopy, why: "mismatch" | number): void => {
      const source = this.#sources.of(copy);
      this.#copyOver(copy);
      if (why === "mismatch") this.#distrust(source);
      else this.#abort(copy.group, why);
    },
  };

  /** Every piece of a group comes by here. */
  #progressed(source: Source, copy: GroupCopy, added: number): void {
    this.#context.options.counters.bytesReceived += added;
    if (added > 0) source.heardAt = this.#context.clock.now();
    if (!copy.level) return;
    // It was asked twice, and does not refuse it any more.
    this.#refused.forget(source.candidate);
    if (!source.verified) this.#verify(source);
    if (source === this.#sources.joining) this.#promote();
  }

  /** It brings the same bytes. What came before that was known did not have to, and is asked for again. */
  #verify(source: Source): void {
    source.verified = true;
    if (!source.missed || source !== this.#sources.spare) return;
    this.#sources.stopSpare();
    this.#hold(source.candidate);
    if (this.#sources.spare) this.#sources.spare.verified = true;
  }

  /** Subscribes upstream for somebody who will want to read in a moment. */
  #send(scout: Scout): void {
    this.#scout = scout;
    this.#readers.add(scout);
    this.#begin();
    this.#context.clock.after(SCOUT_PATIENCE, () => this.#scout === scout && this.#recall());
  }

  /** A reader takes the scout's place. What it wants of the past the scout has not asked for: then all begins anew. */
  #relieve(reader: Reader): void {
    if (!this.#scout?.keeps && wanted([reader]).backlog !== "latest") this.#beginAnew();
    this.#recall();
  }

  /** Whether the source in use can bring what this reader begins with, or has brought the group that others began with. */
  #reachesFor({ request }: Reader, active: Source): boolean {
    return this.#groups.latest !== undefined || request.startGroup >= active.asked;
  }

  /** A Rust relay (0.14) whose only reader goes breaks off the groups that the next one is to have: so they overlap. */
  #beginAnew(): void {
    this.#sources.retire(this.#context.clock.now());
    this.#groups.clear(STREAM_CODE.old);
    this.#lostAt = undefined;
    this.#begin();
  }

  #recall(): void {
    const scout = this.#scout;
    this.#scout = undefined;
    if (scout) this.detach(scout);
  }

  /** Subscribes upstream: anew, or from where a lost source stopped. Without a route: waits for one (see `sweep`). */
  #begin(): void {
    if (this.#closed || this.#sources.active) return;
    const best = this.#usable()[0];
    if (!best) {
      this.#lostAt ??= this.#context.clock.now();
      return;
    }
    const { counters } = this.#context.options;
    const resumes = this.#lostAt !== undefined && this.#groups.size > 0;
    if (resumes) counters.failovers += 1;
    else this.#groups.clear(STREAM_CODE.old);
    const want = this.#requests.wanted;
    const request = resumes ? this.#requests.resume() : this.#requests.fresh();
    this.#lostAt = undefined;
    counters.upstreamSubscriptions += 1;
    this.#asked = JSON.stringify(want);
    this.#sources.begin(best, request, this.#requests.expects(request));
    this.#context.carried(this, best);
  }

  #join(candidate: Candidate, request: SubscribeRequest): void {
    if (this.#sources.spare?.candidate.link === candidate.link) this.#sources.stopSpare();
    this.#joinedAt = this.#context.clock.now();
    this.#context.options.counters.upstreamSubscriptions += 1;
    this.#sources.join(candidate, request, this.#requests.expects(request), this.#context.clock.now());
  }

  /** As `#join`, from the frame that was reached. */
  #joinAtOnce(candidate: Candidate): void {
    this.#join(candidate, this.#requests.resume());
    this.#joinedAt = AT_ONCE;
  }

  /** The joining source waited long enough for a boundary: now it takes over at a frame. */
  #insist(): void {
    const { joining } = this.#sources;
    if (!joining) return;
    const unfinished = [...this.#groups.values()].some((group) => group.open && !joining.copies.has(group.sequence));
    if (!unfinished) return this.#promote();
    this.#joinAtOnce(joining.candidate);
  }

  /** The same neighbour was asked twice. If it says nothing at all the later question stays: it covers what was under way. */
  #keepOne(): void {
    const { active, joining } = this.#sources;
    if (active && joining && active.heardAt <= joining.heardAt) this.#promote();
    else this.#sources.stopJoining();
  }

  /**
   * Better ways refused this track, or the way in use is no longer in the table while others are. Relays that came to serve each
   * other in a circle refuse each other and wait for each other, and no route changes any more: so each asks again now and
   * then, and where the better way cannot be joined in mid-group its readers are sent round.
   */
  #escape(now: number): void {
    const { active, joining } = this.#sources;
    const [best, ...others] = this.#context.candidates();
    const link = active?.candidate.link;
    if (best || !active || active.done || this.#readers.size === 0) this.#aloneSince = now;
    // Its relay says that there is nothing any more: what comes nevertheless is taken, but nothing is waited for.
    else if (now - Math.max(this.#aloneSince, active.heardAt) > this.#context.options.linger)
      return this.close(STREAM_CODE.unroutable);
    if (!active || active.done || !best || best.link === link || this.#readers.size === 0) {
      this.#escapeAt = now + this.#context.options.handoverPatience;
      return;
    }
    if (now < this.#escapeAt) return;
    this.#escapeAt = now + this.#context.options.handoverPatience;
    const stranded = !others.some((other) => other.link === link);
    this.#refused.clear();
    if (!joining) this.reroute();
    else if (stranded && this.#joinedAt === AT_ONCE) this.close(STREAM_CODE.old);
  }

  #promote(): void {
    const { joining } = this.#sources;
    if (!joining) return;
    this.#sources.promote(this.#context.clock.now());
    this.#tookOver(joining);
  }

  #tookOver(source: Source): void {
    this.#context.options.counters.handovers += 1;
    if (source.done) this.#doneAt = this.#context.clock.now();
    this.#asked = "";
    this.#updateUpstream();
    this.#context.carried(this, source.candidate);
    this.#beginnings.tookOver(source);
    this.#expelBefore(source.candidate);
  }

  #expelBefore(way: Candidate): void {
    for (const reader of this.#readersBefore(way)) this.#expel(reader, STREAM_CODE.unroutable);
  }

  /**
   * Where two ways at once are wanted, sees to the second. Only for clients: relays that held each other's feeds in readiness
   * would hold them for ever.
   */
  #holdSpare(): void {
    const { active, spare, joining } = this.#sources;
    const wanted = active && !active.done && this.#twice;
    const ways = wanted ? this.#usable() : [];
    const now = this.#context.clock.now();
    const inTime = spare && (spare.verified || now - spare.heardAt < SPARE_PATIENCE);
    const alone = spare && spare.candidate.link !== active?.candidate.link;
    if (!inTime || !alone || !ways.some(({ link }) => link === spare.candidate.link)) this.#sources.stopSpare();
    if (!wanted || joining) return;
    // What cannot be told to be the same is not waited for: the better way takes over with the next group.
    if (spare && !inTime && ways[0]?.link === spare.candidate.link)
      return this.#join(ways[0], this.#requests.boundary());
    if (this.#sources.spare) {
      if (ways[0]?.link === this.#sources.ready?.candidate.link) this.#useSpare(false);
      return;
    }
    const way = secondWay(ways, active.candidate, this.#readers);
    if (way) this.#hold(way);
  }

  /** Bytes of the group under way come from it, by which another source can show that it brings the same. */
  #flows(active: Source): boolean {
    const { latest } = this.#groups;
    return latest !== undefined && latest.length > 0 && this.#context.clock.now() - active.heardAt < FLOWING;
  }

  get #twice(): boolean {
    return this.#context.standby && [...this.#readers].some(({ subscriber }) => !subscriber.named);
  }

  /** Subscribes beside the one in use, from the beginning of the group under way: so it is level with it at once. */
  #hold(way: Candidate): void {
    const { latest } = this.#groups;
    if (!latest?.length || this.#sources.spare?.candidate.link === way.link) return;
    this.#context.options.counters.upstreamSubscriptions += 1;
    this.#sources.hold(way, { ...this.#requests.boundary(), startGroup: latest.sequence }, this.#context.clock.now());
  }

  /** The second source is the better one: it takes over once it brings all that is under way, or (`atOnce`) now. */
  #useSpare(atOnce: boolean): void {
    const { ready: spare } = this.#sources;
    if (!spare) return;
    const level = [...this.#groups.values()].every(({ open, sequence }) => !open || spare.copies.has(sequence));
    if (!level && !atOnce) return;
    this.#sources.swap();
    this.#tookOver(spare);
    if (!level) this.#joinAtOnce(spare.candidate);
  }

  /** What comes by a link that leads to another publisher now would be mixed with what is here. */
  #leaveStrays(): void {
    for (const source of this.#sources.all().filter(({ candidate }) => this.#context.strays(candidate.link))) {
      source.cancel();
      this.#ended(source, undefined);
    }
  }

  /** A source ended, with the peer's code or (undefined) with its link. */
  #ended(source: Source, code: number | undefined): void {
    const role = this.#sources.remove(source);
    const { active } = this.#sources;
    if (role === "joining" && active) this.#expelBefore(active.candidate);
    if (role === "joining" || role === "spare" || this.#closed) return;
    if (role === "leaving") return this.#repair();
    // Whatever was asked for there in the meantime would be of who came in its place.
    if (code === STREAM_CODE.old && this.#sources.joining?.candidate.link === source.candidate.link)
      this.#sources.stopJoining();
    this.#lostAt = this.#context.clock.now();
    if (this.#readers.size === 0) return;
    if (this.#sources.ready) {
      this.#lostAt = undefined;
      return this.#useSpare(true);
    }
    this.#sources.stopSpare();
    if (this.#sources.joining) {
      this.#promote();
      this.#lostAt = undefined;
      return this.#repair();
    }
    // "Replaced by something newer" holds for those who read it here as well.
    if (code === STREAM_CODE.old) return this.close(code);
    if (code !== undefined && this.#usable().length === 0) return this.close(code);
    this.#begin();
  }

  /** A group lost its only source in mid-move: ask the one in use for the rest. */
  #repair(): void {
    const { active } = this.#sources;
    if (!active || active.done) return;
    // Who refused it will refuse the rest of it as well: the end of the one in use is on its way.
    if (this.#refused.has(active.candidate)) return;
    const orphan = [...this.#groups.values()].some((group) => group.open && !this.#sources.delivers(group));
    if (orphan) this.#joinAtOnce(active.candidate);
  }

  /**
   * This source does not bring what is known of the publisher: it counts anew, or has other bytes. One that only joined is
   * dropped; if it is the one in use, or that one is silent, or comes from readers, who had it from here, readers have to
   * subscribe again.
   */
  #distrust(source: Source | undefined): void {
    this.#context.options.counters.mismatches += 1;
    const { active, joining, spare } = this.#sources;
    if (!source || (source !== joining && source !== spare)) return this.close(STREAM_CODE.old);
    const way = active?.candidate;
    const lost = way && (this.#context.isSuspect(way.link) || this.#readersBefore(way).length > 0);
    if (source === joining && lost) return this.close(STREAM_CODE.old);
    this.#refused.add(source.candidate);
    if (source === joining) this.#sources.stopJoining();
    else this.#sources.stopSpare();
  }

  #create(source: Source, sequence: number, frameStart: number): Group {
    const { format } = source.candidate.supplier;
    const now = this.#context.clock.now();
    const group = this.#groups.create(format, { sequence, rank: this.#rank(sequence), frameStart, createdAt: now });
    this.#groups.expire(now, this.#maxAge());
    deliver(group, this.#beginnings.came(source, sequence));
    return group;
  }

  /** A group that comes late ranks with the one that came before it. */
  #rank(sequence: number): number {
    const { latest } = this.#groups;
    return latest && sequence < latest.sequence ? latest.rank : this.#context.nextRank();
  }

  #copyOver(copy: GroupCopy): void {
    this.#sources.of(copy)?.copies.delete(copy.group.sequence);
    this.#settle();
  }

  /** Lets go of sources that have nothing more to bring, and of the track when it is whole. */
  #settle(): void {
    this.#sources.settle();
    const { active } = this.#sources;
    if (active?.done && this.#whole(active)) this.#complete(active);
  }

  /**
   * Everything up to the end that the publisher named has come. What may still come (holes, and the group at an end that need not
   * be exact) `sweep` waits for.
   */
  #whole(source: Source): boolean {
    const { end, candidate } = source;
    if (end === undefined || this.#sources.delivering || this.#misses(source)) return false;
    return candidate.supplier.endsExactly || this.#groups.get(end) !== undefined;
  }

  /** There is a hole before the end that the publisher named. */
  #misses({ end, floor = 0 }: Source): boolean {
    return end !== undefined && end > floor && !this.#groups.reach(end);
  }

  /** The track is over and here as a whole. */
  #complete(source: Source): void {
    if (this.#closed) return;
    this.#closed = true;
    const end = Math.max(source.end ?? 0, (this.#groups.latest?.sequence ?? -1) + 1);
    const readers = [...this.#readers];
    this.#readers.clear();
    this.#rest();
    for (const group of this.#groups.values()) if (group.open) this.#abort(group, STREAM_CODE.deliveryTimeout);
    for (const reader of readers) {
      reader.subscriber.ended(end);
      reader.subscriber.finish();
    }
  }

  /** What comes does not join what is here, or in a relay before this one, and nobody else brings what lies between. */
  #tear(group: Group): void {
    if (group === this.#groups.latest) this.#torn = { group, at: this.#context.clock.now() };
    this.#abort(group, STREAM_CODE.evicted);
  }

  /** If it is the latest for ever nobody would get anything any more, but who asks anew gets all of it. */
  #giveUpTorn(group: Group): void {
    this.#torn = undefined;
    if (group === this.#groups.latest && this.#readers.size > 0 && this.#sources.active) this.close(STREAM_CODE.old);
  }

  #abort(group: Group, code: number): void {
    if (!group.open) return;
    this.#context.options.counters.groupsAborted += 1;
    group.abort(code);
  }

  /** Sends a reader away. */
  #expel(reader: Reader, code: number): void {
    if (!this.#readers.has(reader)) return;
    // With the same code: who reads on elsewhere must not take its groups for broken.
    this.detach(reader, code);
    this.#refuse(reader, code);
  }

  #refuse(reader: Reader, code: number): void {
    this.#context.options.counters.subscriptionsRefused += 1;
    reader.subscriber.fail(code);
  }

  /** Nobody reads: leave at once. For who reads next everybody is asked again. */
  #rest(): void {
    this.#sources.cancel();
    this.#refused.clear();
    this.#datagrams.clear();
    this.#lostAt = undefined;
    this.#idleSince = this.#context.clock.now();
    this.#context.carried(this, undefined);
  }

  #updateUpstream(): void {
    const want = this.#requests.wanted;
    const asked = JSON.stringify(want);
    if (asked === this.#asked || this.#readers.size === 0) return;
    this.#asked = asked;
    // Each goes on from where it was asked: a floor that is raised is not lowered again for the next reader, and by one that is
    // lowered groups come late that would be taken for a publisher's that counts anew.
    const { active, joining, spare } = this.#sources;
    for (const source of [active, joining, spare]) source?.update({ ...want, startGroup: source.asked });
  }

  #usable(): readonly Candidate[] {
    return this.#context.candidates().filter((way) => !this.#refused.has(way));
  }

  #maxAge(): number {
    return this.#info.known?.maxAge || this.#context.options.defaultMaxAge;
  }
}
