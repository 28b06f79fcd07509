import { type Path, type RouteOffer, STREAM_CODE } from "../../model/index.ts";
import type { BidiEvents, BidiStream, Handle } from "../../transport/index.ts";
import { decodeAnnounceRequest, type Framer, type Writer } from "../../wire/index.ts";
import type { Announcer, Cancel } from "../session.ts";
import { AnnounceBacklog } from "./announce-backlog.ts";
import { AnnounceWriter, fits } from "./announce-writer.ts";
import type { LiteSession } from "./lite-session.ts";
import { DEFAULT_LIMITS } from "./options.ts";
import { send } from "./output.ts";
import { type Progress, Request } from "./request.ts";

/** Bytes that are written in one piece, but for the message that crosses it; less where the high mark is low. */
const PIECE = 16 << 10;

/**
 * What we announce to the peer (bidi 1, the answering side). moq-lite 01-06, Announce.
 *
 * What a peer that reads slowly has not taken up yet is not queued beyond the carrier's high mark: it waits here, of each
 * name only the last state, and goes on when the stream has drained.
 */
export class AnnounceServer extends Request implements BidiEvents, Announcer {
  readonly #session: LiteSession;
  readonly #writer: AnnounceWriter;
  readonly #backlog = new AnnounceBacklog();
  /** What `#backlog` holds, as far as the session has counted it. */
  #counted = 0;
  /** The stream has enough queued: `onDrained` will come. */
  #full = false;
  /** Bytes written since the queue was looked at. */
  #unseen = 0;
  #cancel: Cancel | undefined;
  #over = false;

  constructor(session: LiteSession, stream: BidiStream, framer: Framer) {
    super(stream, framer);
    this.#session = session;
    this.#writer = new AnnounceWriter(session);
  }

  protected override read(framer: Framer): Progress {
    const body = framer.message();
    if (!body) return "short";
    const { prefix, excludeHop } = decodeAnnounceRequest(body, this.#session.features);
    this.#session.peer.learnHop(excludeHop);
    this.#cancel = this.#session.handler.onListen(prefix, this);
    if (this.#over) this.#cancel();
    return "last";
  }

  protected override withdrawn(): void {
    this.leave();
    this.stream.send.finish();
  }

  /** The peer left, or the session ended. */
  leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#backlog.clear();
    this.#count();
    this.#session.requests.listens.delete(this);
    this.#cancel?.();
  }

  override onPressure(_stream: Handle, _queued: number): void {
    this.#full = true;
  }

  override onDrained(_stream: Handle): void {
    this.#full = false;
    this.#goOn();
  }

  begin(routes: readonly { readonly suffix: Path; readonly offer: RouteOffer }[]): void {
    if (this.#over) return;
    const fitting = routes.filter(({ offer }) => fits(offer));
    const { announceReply } = this.#session.features;
    // Not all that would fit into a message: some peers take short ones only. What is left comes as news.
    const listed = announceReply === "init" ? fitting.splice(0, howMany(fitting, this.#piece)) : [];
    for (const { suffix, offer } of fitting) {
      if (announceReply === "ok") this.#backlog.promise(suffix, offer);
      else this.#backlog.offer(suffix, offer);
    }
    this.#write((writer) => {
      if (announceReply === "init") this.#writer.init(writer, listed);
      if (announceReply === "ok") this.#writer.ok(writer, fitting.length);
      this.#drain(writer);
    });
    this.#goOn();
  }

  start(suffix: Path, offer: RouteOffer): void {
    if (this.#over) return;
    if (!fits(offer)) return this.end(suffix);
    if (this.#direct) return this.#write((writer) => this.#writer.offer(writer, suffix, offer));
    this.#backlog.offer(suffix, offer);
    this.#count();
  }

  restart(suffix: Path, offer: RouteOffer): void {
    this.start(suffix, offer);
  }

  end(suffix: Path): void {
    if (this.#over) return;
    const known = this.#writer.knows(suffix);
    if (this.#direct) return known ? this.#write((writer) => this.#writer.end(writer, suffix)) : undefined;
    this.#backlog.end(suffix, known);
    this.#count();
  }

  /** Whether a change may be written at once: there is room, and nothing waits that comes before it. */
  get #direct(): boolean {
    return !this.#full && this.#backlog.size === 0;
  }

  get #highMark(): number {
    return this.#session.options.limits.highMark ?? DEFAULT_LIMITS.highMark;
  }

  get #piece(): number {
    return Math.min(PIECE, this.#highMark >> 1);
  }

  /** Writes what waits, as far as there is room. */
  #goOn(): void {
    while (!this.#over && !this.#full && this.#backlog.size > 0) this.#write((writer) => this.#drain(writer));
    this.#count();
  }

  /** Writes of what waits as much as goes into a piece. */
  #drain(writer: Writer): void {
    const piece = this.#piece;
    this.#backlog.drain({
      offer: (suffix, offer) => {
        this.#writer.offer(writer, suffix, offer);
        return writer.length < piece;
      },
      end: (suffix) => {
        this.#writer.end(writer, suffix);
        return writer.length < piece;
      },
    });
  }

  #write(write: (writer: Writer) => void): void {
    send(this.stream.send, (writer) => {
      write(writer);
      this.#unseen += writer.length;
    });
    if (this.#unseen < this.#piece) return;
    this.#unseen = 0;
    if (this.stream.send.queued > this.#highMark) this.#full = true;
  }

  /** Tells the session what waits, and gives up where that is too much for one peer. */
  #count(): void {
    const { requests, options } = this.#session;
    requests.untold += this.#backlog.size - this.#counted;
    this.#counted = this.#backlog.size;
    const { maxUntold = DEFAULT_LIMITS.maxUntold } = options.limits;
    if (!this.#over && this.#counted > 0 && requests.untold > maxUntold) this.refuse(STREAM_CODE.tooFarBehind);
  }
}

/** How many of the names go into as many bytes. */
function howMany(routes: readonly { readonly suffix: Path }[], bytes: number): number {
  let size = 0;
  for (const [i, { suffix }] of routes.entries()) {
    // A character is three bytes at most, the length of a name too.
    size += 3 * suffix.length + 3;
    if (size > bytes) return i;
  }
  return routes.length;
}
