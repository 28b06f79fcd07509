import {
  type Announcement,
  BIDI,
  encodeAnnounceInit,
  encodeAnnouncement,
  encodeAnnounceOk,
  encodeAnnounceRequest,
  encodeClientSetup,
  encodeFetch,
  encodeFrameHeader,
  encodeGoaway,
  encodeGroupHeader,
  encodeProbe,
  encodeStreamType,
  encodeSubscribe,
  encodeSubscribeReply,
  encodeSubscribeUpdate,
  encodeTrackInfo,
  encodeTrackRequest,
  type SubscribeReply,
  type SubscribeTerms,
  UNI,
  type Version,
  type Writer,
} from "@moq-relay/protocol/wire";
import type { Entropy } from "./entropy.ts";

/** What the honest publisher has, what the hostile one may have, what nobody has, and what nobody may have. */
const BROADCASTS = ["flow", "evil", "evil/a", "evil/b", "", "nothing", ".internal/origins/x", "flow/below"];
const TRACKS = ["video", "audio", "", "v".repeat(300)];
const DEEP = Array.from({ length: 32 }, () => "d").join("/");
const LONG = `evil/${"l".repeat(4_000)}`;
const SUFFIXES = ["evil", "evil/a", "evil/a", "evil/b", "evil/a/b/c", "flow", "", ".internal/origins/x", DEEP, LONG];
/** Of the relay under test, of other peers on the stage, of nobody, and the largest. */
const HOPS = [0n, 1_000n, 66n, 5n, 2_000n, 7n, (1n << 62n) - 1n];

/** Messages that can be written, with values that need not make sense. What the version does not have is left out. */
export class OddMessages {
  readonly #version: Version;
  readonly #entropy: Entropy;
  /** STARTs so far: mostly only what was started is changed, for anything else is the end of the session. */
  #starts = 0;

  constructor(version: Version, entropy: Entropy) {
    this.#version = version;
    this.#entropy = entropy;
  }

  /** The first message of a two-way stream; `kind` chooses. */
  request(writer: Writer, kind: number): void {
    const version = this.#version;
    const entropy = this.#entropy;
    const where = () => ({ broadcast: entropy.pick(BROADCASTS), track: entropy.pick(TRACKS) });
    if (kind === 0) {
      encodeStreamType(writer, BIDI.announce);
      encodeAnnounceRequest(writer, { prefix: entropy.pick(BROADCASTS), excludeHop: entropy.pick(HOPS) }, version);
    } else if (kind === 1) {
      encodeStreamType(writer, BIDI.subscribe);
      encodeSubscribe(writer, { id: entropy.number(), ...where(), ...this.#terms() }, version);
    } else if (kind === 2) {
      encodeStreamType(writer, BIDI.track);
      if (version.trackInfo) encodeTrackRequest(writer, where(), version);
    } else if (kind === 3) {
      encodeStreamType(writer, BIDI.fetch);
      const all = { startFrame: 0, endFrame: undefined };
      if (version.fetch) encodeFetch(writer, { ...where(), priority: 0, group: entropy.number(), ...all }, version);
    } else if (kind === 4) {
      encodeStreamType(writer, BIDI.probe);
      if (version.probe !== "none") encodeProbe(writer, { bitrate: entropy.number(), rtt: 0 }, version);
    } else if (kind === 5) {
      encodeStreamType(writer, BIDI.goaway);
      if (version.goaway) encodeGoaway(writer, { uri: entropy.pick(["", "https://relay.test/"]) }, version);
    } else if (kind === 6) {
      encodeStreamType(writer, BIDI.clientSetup);
      encodeClientSetup(writer, { versions: [entropy.number(), 0xff0dad02, 0xff0dad01] });
    } else encodeStreamType(writer, entropy.number());
  }

  /** For a stream of this type, which the relay opened. */
  answer(writer: Writer, type: number): void {
    if (type === BIDI.announce) this.announcement(writer);
    else if (type === BIDI.subscribe) this.#reply(writer);
    else if (type === BIDI.track) this.#info(writer);
    else writer.varint(this.#entropy.number());
  }

  /** The first answer to an announce request. */
  announceReply(writer: Writer): void {
    const { announceReply } = this.#version;
    const entropy = this.#entropy;
    const activeCount = entropy.seldom(4) ? entropy.number() : 0;
    if (announceReply === "ok") encodeAnnounceOk(writer, { hop: entropy.pick(HOPS), activeCount }, this.#version);
    const suffixes = Array.from({ length: entropy.below(3) }, () => entropy.pick(SUFFIXES));
    if (announceReply === "init") encodeAnnounceInit(writer, { suffixes }, this.#version);
  }

  /** An announcement that nothing is wrong with; whoever makes it, the publisher is the same. */
  soundStart(writer: Writer): void {
    const suffix = "evil/a";
    const hops = this.#version.hops === "ids" ? [66n] : [];
    if (this.#version.announcements === "status") {
      return encodeAnnouncement(writer, { kind: "status", status: "active", suffix, hops }, this.#version);
    }
    this.#starts += 1;
    encodeAnnouncement(writer, { kind: "start", suffix, hops, cost: { warm: 0, cold: 0 } }, this.#version);
  }

  announcement(writer: Writer): void {
    const entropy = this.#entropy;
    const suffix = entropy.pick(SUFFIXES);
    const hops = this.#hops();
    if (this.#version.announcements === "status") {
      const status = entropy.pick(
        this.#version.restartStatus ? (["active", "ended", "restart"] as const) : (["active", "ended"] as const),
      );
      return encodeAnnouncement(writer, { kind: "status", status, suffix, hops }, this.#version);
    }
    const cost = { warm: entropy.number(), cold: entropy.number() };
    const id = this.#starts > 0 && !entropy.seldom(12) ? entropy.below(this.#starts) : entropy.number();
    const all: readonly Exclude<Announcement, { kind: "unknown" }>[] = [
      { kind: "start", suffix, hops, cost },
      { kind: "restart", id, hops, cost },
      { kind: "end", id },
      { kind: "incarnation", incarnation: entropy.number() },
    ];
    const what = this.#starts > 0 || entropy.seldom(12) ? entropy.pick(all) : all[0]!;
    if (what.kind === "start") this.#starts += 1;
    encodeAnnouncement(writer, what, this.#version);
  }

  update(writer: Writer): void {
    if (this.#version.subscribeUpdate) encodeSubscribeUpdate(writer, this.#terms(), this.#version);
  }

  /** A group of a subscription; `known` are the ids that the relay has used. */
  group(writer: Writer, known: readonly number[]): void {
    const entropy = this.#entropy;
    const subscription = known.length > 0 && !entropy.seldom(6) ? entropy.pick(known) : entropy.number();
    encodeStreamType(writer, UNI.group);
    const frameStart = this.#version.frameStart && entropy.seldom(4) ? entropy.number() : 0;
    encodeGroupHeader(writer, { subscription, sequence: entropy.number(), frameStart }, this.#version);
    this.frames(writer);
  }

  frames(writer: Writer): void {
    const entropy = this.#entropy;
    for (let left = entropy.below(5); left > 0; left--) {
      const length = entropy.seldom(8) ? entropy.number() : entropy.below(40);
      const delta = entropy.seldom(6) ? -entropy.number() : entropy.number();
      encodeFrameHeader(writer, { delta, length }, this.#version.frames);
      writer.raw(new Uint8Array(Math.min(length, 40)).fill(length));
    }
  }

  #hops(): bigint[] {
    const entropy = this.#entropy;
    // Often just one publisher, so that there are several ways to it.
    if (this.#version.hops === "ids" && entropy.seldom(2)) return [66n];
    const count = entropy.seldom(16) ? 30 + entropy.below(4) : entropy.below(4);
    const { hops } = this.#version;
    if (hops === "none") return [];
    return Array.from({ length: count }, (_, i) =>
      hops === "count" ? 0n : i < 4 ? entropy.pick(HOPS) : BigInt(i + 100),
    );
  }

  #terms(): SubscribeTerms {
    const entropy = this.#entropy;
    const { startGroup, frameBounds, subscribeRange } = this.#version;
    const [start, end, frames] = [entropy.number(), entropy.number(), entropy.below(4)];
    const endGroup = subscribeRange && entropy.seldom(3) ? end : undefined;
    return {
      priority: entropy.byte(),
      ordered: false,
      maxAge: entropy.number(),
      startGroup: startGroup === "floor" ? start : entropy.seldom(3) ? start : undefined,
      endGroup,
      startFrame: frameBounds ? frames : 0,
      endFrame: frameBounds && endGroup !== undefined && entropy.seldom(2) ? entropy.number() : undefined,
    };
  }

  #reply(writer: Writer): void {
    const entropy = this.#entropy;
    const { subscribeReply } = this.#version;
    const delivery = {
      priority: 0,
      ordered: false,
      maxAge: entropy.number(),
      startGroup: undefined,
      endGroup: undefined,
    };
    const [a, b] = [entropy.number(), entropy.number()];
    const drop = { kind: "drop", first: Math.min(a, b), last: Math.max(a, b), error: entropy.number() } as const;
    const ok = { kind: "ok", ...delivery } as const;
    const replies: readonly SubscribeReply[] =
      subscribeReply === "start"
        ? [{ kind: "start", group: a }, { kind: "end", group: b }, drop]
        : subscribeReply === "ok"
          ? [ok, drop]
          : [ok];
    encodeSubscribeReply(writer, entropy.pick(replies), this.#version);
  }

  #info(writer: Writer): void {
    if (!this.#version.trackInfo) return;
    const entropy = this.#entropy;
    const timescale = Math.max(1, entropy.number());
    encodeTrackInfo(
      writer,
      { priority: entropy.byte(), ordered: false, maxAge: entropy.number(), timescale },
      this.#version,
    );
  }
}
