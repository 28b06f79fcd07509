import { bytesOf, type HandmadePeer, type HeardBidi, type Said } from "@moq-relay/protocol/testing";
import { BIDI, decodeSubscribe, Framer, WireError, type Writer } from "@moq-relay/protocol/wire";
import type { Entropy } from "./entropy.ts";
import { OddMessages } from "./odd-messages.ts";

/** Streams that it keeps in mind. */
const MOST_STREAMS = 64;
const STORM = 40;

/** Speaks moq-lite almost as it should be spoken: what it does, and what is wrong with it, follows from the entropy. */
export class HostileClient {
  readonly peer: HandmadePeer;
  readonly #entropy: Entropy;
  readonly #messages: OddMessages;
  readonly #requests: HeardBidi[] = [];
  readonly #unis: Said[] = [];
  /** Rests of half-written messages, to be written in any order. */
  readonly #later: (() => void)[] = [];

  constructor(peer: HandmadePeer, entropy: Entropy) {
    this.peer = peer;
    this.#entropy = entropy;
    this.#messages = new OddMessages(peer.version, entropy);
  }

  /** Behaves like a publisher at first, so that others come to read from it. */
  pretend(): void {
    const [announce] = this.peer.taken(BIDI.announce);
    if (!announce) return;
    announce.write((writer) => this.#messages.announceReply(writer));
    const sound = !this.#entropy.seldom(3);
    if (sound) announce.write((writer) => this.#messages.soundStart(writer));
    if (!sound) announce.write((writer) => this.#messages.announcement(writer));
    // Mostly it says at once what a track is, without which nothing of it is wanted.
    if (this.#entropy.seldom(4) || !this.peer.version.trackInfo) return;
    this.peer.whenBidi = (bidi) => {
      bidi.whenHeard = () => {
        if (bidi.bytes[0] !== BIDI.track || bidi.length < 2) return;
        bidi.whenHeard = undefined;
        this.peer.trackInfo(bidi);
      };
    };
  }

  /** Does one thing. */
  act(): void {
    const entropy = this.#entropy;
    const what = entropy.below(20);
    if (what < 3) this.#request(what === 0 ? entropy.below(9) : what - 1);
    else if (what < 8) this.#answer();
    else if (what < 11) this.#group();
    else if (what === 11) this.#say(this.#uni(), (writer) => this.#messages.frames(writer));
    else if (what === 12) this.#storm();
    else if (what < 15) this.#end();
    else if (what === 15) this.#later.splice(entropy.below(this.#later.length || 1), 1)[0]?.();
    else if (what === 16) this.#noise();
    else if (what === 17) this.peer.connection.sendDatagram(entropy.bytes(entropy.below(20)));
    else if (what === 18) this.#stopReading();
    else this.#say(this.#bidi(), (writer) => this.#messages.update(writer));
  }

  #request(kind: number): void {
    const bidi = this.peer.bidi();
    this.#requests.push(bidi);
    if (this.#requests.length > MOST_STREAMS) this.#requests.shift();
    this.#say(bidi, (writer) => this.#messages.request(writer, kind));
  }

  #answer(): void {
    const entropy = this.#entropy;
    // Mostly the newest: what was asked long ago is over.
    const { bidis } = this.peer;
    const bidi = entropy.seldom(4) ? bidis[0] : bidis.at(-1 - entropy.below(3));
    if (!bidi) return;
    const type = entropy.seldom(12) ? entropy.below(8) : (bidi.bytes[0] ?? 0);
    this.#say(bidi, (writer) => this.#messages.answer(writer, type));
  }

  #group(): void {
    const said = this.peer.uni();
    this.#unis.push(said);
    if (this.#unis.length > MOST_STREAMS) this.#unis.shift();
    this.#say(said, (writer) => this.#messages.group(writer, this.#subscriptions()));
    if (this.#entropy.seldom(2)) said.finish();
  }

  /** Many updates, or many requests that are given up at once. */
  #storm(): void {
    const entropy = this.#entropy;
    const count = 1 + entropy.below(STORM);
    const how = entropy.below(5);
    const bidi = how === 0 ? this.#bidi() : undefined;
    for (let i = 0; i < count; i++) {
      if (how === 0) bidi?.write((writer) => this.#messages.update(writer));
      else {
        const request = this.peer.bidi((writer) => this.#messages.request(writer, how === 4 ? 0 : how - 1));
        if (how === 1) request.finish();
        else if (how === 2) request.abandon(i);
        else if (how === 3) request.stop(i);
        this.#requests.push(request);
      }
    }
    this.#requests.splice(0, this.#requests.length - MOST_STREAMS);
  }

  #end(): void {
    const entropy = this.#entropy;
    const code = entropy.number() % 2 ** 31;
    const heard = this.peer.unis[entropy.below(this.peer.unis.length || 1)];
    switch (entropy.below(6)) {
      case 0:
        return void this.#bidi()?.finish();
      case 1:
        return void this.#bidi()?.abandon(code);
      case 2:
        return void this.#bidi()?.stop(code);
      case 3:
        return void this.#uni()?.finish();
      case 4:
        return void this.#uni()?.reset(code);
      default:
        return heard?.stop(code);
    }
  }

  #noise(): void {
    const entropy = this.#entropy;
    const bytes = entropy.bytes(entropy.below(30));
    const which = entropy.below(4);
    if (which === 0) this.peer.bidi(bytes);
    else if (which === 1) this.peer.uni(bytes);
    else if (which === 2) this.#bidi()?.write(bytes);
    else if (this.peer.version.setup === "stream" && entropy.seldom(8)) this.peer.setup({ hop: 66n });
  }

  #stopReading(): void {
    this.#bidi()?.pause();
    if (this.#entropy.seldom(2)) this.peer.whenUni = (uni) => uni.stream.pause();
    else this.peer.whenUni = undefined;
  }

  #bidi(): HeardBidi | undefined {
    const all = [...this.#requests, ...this.peer.bidis.slice(-MOST_STREAMS)];
    return all[this.#entropy.below(all.length || 1)];
  }

  #uni(): Said | undefined {
    return this.#unis[this.#entropy.below(this.#unis.length || 1)];
  }

  /** Ids of subscriptions that the relay has made here. */
  #subscriptions(): number[] {
    const ids: number[] = [];
    for (const bidi of this.peer.bidis.slice(-8)) {
      if (bidi.bytes[0] !== BIDI.subscribe) continue;
      const framer = new Framer(1 << 16);
      framer.push(bidi.bytes.subarray(1));
      const body = framer.message();
      if (body) ids.push(decodeSubscribe(body, this.peer.version).id);
    }
    return ids;
  }

  /** Writes a message: whole, spoiled, or in halves of which the second may never come. */
  #say(stream: { write(bytes: Uint8Array): unknown } | undefined, write: (writer: Writer) => void): void {
    if (!stream) return;
    const entropy = this.#entropy;
    const bytes = this.#encoded(write);
    if (!bytes) return;
    for (let changes = entropy.seldom(5) ? 1 + entropy.below(3) : 0; changes > 0; changes--) {
      if (bytes.length > 0) bytes[entropy.byte() % bytes.length] = entropy.byte();
    }
    if (!entropy.seldom(5)) return void stream.write(bytes);
    const at = entropy.byte() % (bytes.length + 1);
    stream.write(bytes.subarray(0, at));
    this.#later.push(() => stream.write(bytes.subarray(at)));
  }

  /** Our own writer refuses what a version cannot say at all. */
  #encoded(write: (writer: Writer) => void): Uint8Array | undefined {
    try {
      return bytesOf(write);
    } catch (error) {
      if (error instanceof WireError) return undefined;
      throw error;
    }
  }
}
