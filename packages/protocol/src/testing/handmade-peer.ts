import type {
  BidiEvents,
  BidiStream,
  CloseInfo,
  Connection,
  ConnectionEvents,
  RecvEvents,
  RecvStream,
} from "../transport/index.ts";
import {
  BIDI,
  EMPTY_SETUP,
  encodeClientSetup,
  encodeFetch,
  encodeGroupHeader,
  encodeSetup,
  encodeStreamType,
  encodeSubscribe,
  encodeSubscribeReply,
  encodeTrackInfo,
  type Fetch,
  type Framer,
  type Setup,
  type Subscribe,
  type SubscribeReply,
  UNI,
  VERSIONS,
  type Version,
  type VersionName,
  versionOfAlpn,
  type Writer,
} from "../wire/index.ts";
import { type Frame, groupOf, HeardBidi, type HeardGroup, HeardUni, Said, writeFrames } from "./heard.ts";

/** Terms that ask for nothing special. */
const TERMS = {
  priority: 0,
  ordered: false,
  maxAge: 0,
  startGroup: undefined,
  endGroup: undefined,
  startFrame: 0,
  endFrame: undefined,
} as const;

/** A peer that does nothing by itself: the test writes what it says, and looks at what it heard. */
export class HandmadePeer implements ConnectionEvents {
  readonly connection: Connection;
  /** Streams that the other side opened, in order. */
  readonly unis: HeardUni[] = [];
  readonly bidis: HeardBidi[] = [];
  readonly datagrams: Uint8Array[] = [];
  closed: CloseInfo | undefined;
  /** Set for versions of the SETUP exchange, which the protocol name does not tell. */
  version: Version;
  /** Run when a stream arrives, to pause or stop it at once. */
  whenUni: ((uni: HeardUni) => void) | undefined;
  whenBidi: ((bidi: HeardBidi) => void) | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
    this.version = versionOfAlpn(connection.info.protocol) ?? VERSIONS["moq-lite-02"];
  }

  /** The code with which the session was closed; undefined while it stands. */
  closeCode(): number | undefined {
    return this.closed?.code;
  }

  /** Opens a two-way stream and says this on it. */
  bidi(...parts: (Uint8Array | ((writer: Writer) => void))[]): HeardBidi {
    const heard = new HeardBidi();
    heard.bind(this.connection.openBidi(0, heard));
    for (const part of parts) heard.write(part);
    return heard;
  }

  uni(...parts: (Uint8Array | ((writer: Writer) => void))[]): Said {
    const said = new Said();
    said.stream = this.connection.openUni(0, said);
    for (const part of parts) said.write(part);
    return said;
  }

  /** Does what this version has for a handshake, as a client. */
  shakeHands(setup: Partial<Setup> = {}): this {
    if (this.version.setup === "stream") this.setup(setup);
    else if (this.version.setup === "exchange") this.offer([this.version.name]);
    return this;
  }

  setup(setup: Partial<Setup> = {}): Said {
    return this.uni((writer) => {
      encodeStreamType(writer, UNI.setup);
      encodeSetup(writer, { ...EMPTY_SETUP, ...setup }, this.version);
    }).finish();
  }

  /** Opens the stream of the SETUP exchange. */
  offer(names: readonly VersionName[]): HeardBidi {
    return this.bidi((writer) => {
      encodeStreamType(writer, BIDI.clientSetup);
      encodeClientSetup(writer, { versions: names.map((name) => VERSIONS[name].code) });
    });
  }

  subscribe(request: Partial<Subscribe> & Pick<Subscribe, "broadcast" | "track">): HeardBidi {
    const { version } = this;
    const startGroup = version.startGroup === "floor" ? 0 : undefined;
    return this.bidi((writer) => {
      encodeStreamType(writer, BIDI.subscribe);
      encodeSubscribe(writer, { id: 0, ...TERMS, startGroup, ...request }, version);
    });
  }

  fetch(request: Partial<Fetch> & Pick<Fetch, "broadcast" | "track" | "group">): HeardBidi {
    const all = { priority: 0, startFrame: 0, endFrame: undefined, ...request };
    return this.bidi((writer) => {
      encodeStreamType(writer, BIDI.fetch);
      encodeFetch(writer, all, this.version);
    });
  }

  /** Opens a group stream for a subscription of the other side. */
  group(
    subscription: number,
    sequence: number,
    frames: readonly Frame[] = [],
    { frameStart = 0, after = 0 }: { frameStart?: number; after?: number } = {},
  ): Said {
    const said = this.uni((writer) => {
      encodeStreamType(writer, UNI.group);
      encodeGroupHeader(writer, { subscription, sequence, frameStart }, this.version);
    });
    return frames.length > 0 ? said.write(writeFrames(frames, this.version, after)) : said;
  }

  reply(bidi: HeardBidi, reply: SubscribeReply): void {
    bidi.write((writer) => encodeSubscribeReply(writer, reply, this.version));
  }

  trackInfo(bidi: HeardBidi, info: { priority?: number; maxAge?: number; timescale?: number } = {}): void {
    const all = { priority: 127, ordered: false, maxAge: 5_000, timescale: 1_000, ...info };
    bidi.write((writer) => encodeTrackInfo(writer, all, this.version)).finish();
  }

  /** The two-way streams of one type that the other side opened, their type taken off; each is given once. */
  taken(type: number): HeardBidi[] {
    return this.bidis.filter((bidi) => !this.#taken.has(bidi) && this.#typeOf(bidi) === type && this.#taken.add(bidi));
  }

  /** The groups heard so far, in the order in which their streams arrived. */
  get groups(): HeardGroup[] {
    return this.unis.map((uni) => groupOf(uni, this.version)).filter((group) => group !== undefined);
  }

  onUni(stream: RecvStream): RecvEvents {
    const heard = new HeardUni(stream);
    this.unis.push(heard);
    this.whenUni?.(heard);
    return heard;
  }

  onBidi(stream: BidiStream): BidiEvents {
    const heard = new HeardBidi().bind(stream);
    this.bidis.push(heard);
    this.whenBidi?.(heard);
    return heard;
  }

  onDatagram(bytes: Uint8Array): void {
    this.datagrams.push(bytes.slice());
  }

  onClosed(info: CloseInfo): void {
    this.closed = info;
  }

  readonly #types = new Map<HeardBidi, number>();
  readonly #taken = new Set<HeardBidi>();

  #typeOf(bidi: HeardBidi): number | undefined {
    let type = this.#types.get(bidi);
    if (type === undefined) {
      type = bidi.take((framer: Framer) => framer.type());
      if (type !== undefined) this.#types.set(bidi, type);
    }
    return type;
  }
}
