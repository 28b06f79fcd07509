/**
 * What each version of moq-lite has. Codecs and sessions read these records and never ask which version they are for, so
 * a new version is one entry here and the code for what is new in it.
 */
export interface Version {
  readonly name: VersionName;
  /** TLS ALPN and WebTransport protocol name. */
  readonly alpn: string;
  /** The number in the SETUP exchange. */
  readonly code: number;

  /** How a session begins: `exchange` = CLIENT_SETUP and SERVER_SETUP on a bidi stream; `stream` = one Setup uni stream each way. */
  readonly setup: "exchange" | "stream" | "none";
  /** After the SETUP exchange its stream may carry SESSION_INFO. */
  readonly sessionInfo: boolean;

  /** ANNOUNCE_REQUEST names a hop whose routes the asker does not want. */
  readonly excludeHop: boolean;
  /** The first message of the answer to ANNOUNCE_REQUEST. */
  readonly announceReply: "init" | "none" | "ok";
  /** What follows: `status` = ANNOUNCE, by path; `typed` = START, END and RESTART, by id, with costs. */
  readonly announcements: "status" | "typed";
  /** What an announcement tells of its hops; `count` reads as so many hops 0. */
  readonly hops: "none" | "count" | "ids";
  /** The sender is the last hop of its own list. If not, the receiver appends the hop of ANNOUNCE_OK. */
  readonly hopIncludesSender: boolean;
  /** ANNOUNCE may have the status `restart`. */
  readonly restartStatus: boolean;
  /** A path announced again while it is live: `fatal` ends the session, `restart` replaces the route. */
  readonly duplicateAnnounce: "fatal" | "restart";

  /** SUBSCRIBE has max age and group range. */
  readonly subscribeRange: boolean;
  /** The start of the range: `optional` = absent means the latest group; `floor` = the raw lower bound, 0 = none. */
  readonly startGroup: "none" | "optional" | "floor";
  /** SUBSCRIBE, SUBSCRIBE_UPDATE and FETCH bound the frames of their first and last group. */
  readonly frameBounds: boolean;
  /** SUBSCRIBE and its kin, and TRACK_INFO, have the `ordered` byte. It means nothing any more. */
  readonly ordered: boolean;
  readonly subscribeUpdate: boolean;
  /** Sent for anything but another end, too: the Rust relay 0.10 (moq-lite-04) breaks off the subscription that is updated. */
  readonly freeUpdates: boolean;
  /**
   * What a publisher says on the subscribe stream: `ok-priority` and `ok-empty` = one SUBSCRIBE_OK without a type;
   * `ok` = typed OK and DROP; `start` = typed START, END and DROP.
   */
  readonly subscribeReply: "ok-priority" | "ok-empty" | "ok" | "start";
  /** A subscribe stream that finishes without END has failed. */
  readonly endRequired: boolean;
  /** A group at or behind END is an error; otherwise END is a hint and the end of the stream the truth. */
  readonly endStrict: boolean;

  /** TRACK and TRACK_INFO exist. */
  readonly trackInfo: boolean;
  /** The GROUP header says which frame is the first on the stream. */
  readonly frameStart: boolean;
  /** `timed` frames carry a timestamp, as a delta to the one before. */
  readonly frames: FrameFormat;
  readonly datagrams: boolean;

  /** The FETCH message is defined. */
  readonly fetch: boolean;
  /** FETCH is answered; where it is only defined it is reset. */
  readonly fetchServed: boolean;
  /** `bitrate` has no round trip time. */
  readonly probe: "none" | "bitrate" | "rtt";
  readonly goaway: boolean;
}

export type VersionName = "moq-lite-01" | "moq-lite-02" | "moq-lite-03" | "moq-lite-04" | "moq-lite-05" | "moq-lite-06";

/** How frames stand on a group stream: `plain` = length, payload; `timed` = timestamp delta, length, payload. */
export type FrameFormat = "plain" | "timed";

const LITE_01: Version = {
  name: "moq-lite-01",
  alpn: "moql",
  code: 0xff0dad01,
  setup: "exchange",
  sessionInfo: true,
  excludeHop: false,
  announceReply: "init",
  announcements: "status",
  hops: "none",
  hopIncludesSender: false,
  restartStatus: false,
  duplicateAnnounce: "fatal",
  subscribeRange: false,
  startGroup: "none",
  frameBounds: false,
  ordered: false,
  subscribeUpdate: false,
  freeUpdates: false,
  subscribeReply: "ok-priority",
  endRequired: false,
  endStrict: false,
  trackInfo: false,
  frameStart: false,
  frames: "plain",
  datagrams: false,
  fetch: false,
  fetchServed: false,
  probe: "none",
  goaway: false,
};

const LITE_02: Version = {
  ...LITE_01,
  name: "moq-lite-02",
  code: 0xff0dad02,
  subscribeReply: "ok-empty",
};

const LITE_03: Version = {
  ...LITE_02,
  name: "moq-lite-03",
  alpn: "moq-lite-03",
  code: 0xff0dad03,
  setup: "none",
  sessionInfo: false,
  announceReply: "none",
  hops: "count",
  hopIncludesSender: true,
  subscribeRange: true,
  startGroup: "optional",
  ordered: true,
  subscribeUpdate: true,
  subscribeReply: "ok",
  fetch: true,
  probe: "bitrate",
};

const LITE_04: Version = {
  ...LITE_03,
  name: "moq-lite-04",
  alpn: "moq-lite-04",
  code: 0xff0dad04,
  excludeHop: true,
  hops: "ids",
  probe: "rtt",
  goaway: true,
};

const LITE_05: Version = {
  ...LITE_04,
  name: "moq-lite-05",
  alpn: "moq-lite-05",
  code: 0xff0dad05,
  setup: "stream",
  announceReply: "ok",
  hopIncludesSender: false,
  restartStatus: true,
  duplicateAnnounce: "restart",
  freeUpdates: true,
  subscribeReply: "start",
  endRequired: true,
  trackInfo: true,
  frames: "timed",
  datagrams: true,
  fetchServed: true,
};

const LITE_06: Version = {
  ...LITE_05,
  name: "moq-lite-06",
  alpn: "moq-lite-06",
  code: 0xff0dad06,
  excludeHop: false,
  announcements: "typed",
  restartStatus: false,
  duplicateAnnounce: "fatal",
  startGroup: "floor",
  frameBounds: true,
  ordered: false,
  endStrict: true,
  frameStart: true,
};

/** All versions, by name. */
export const VERSIONS: Readonly<Record<VersionName, Version>> = {
  "moq-lite-01": LITE_01,
  "moq-lite-02": LITE_02,
  "moq-lite-03": LITE_03,
  "moq-lite-04": LITE_04,
  "moq-lite-05": LITE_05,
  "moq-lite-06": LITE_06,
};

/** The ALPN of the SETUP exchange, where the version is agreed on inside the session. */
export const EXCHANGE_ALPN = "moql";

/** The ALPNs that a server of moq-lite takes, best first. */
export const SERVER_PREFERENCE: readonly string[] = [
  LITE_06.alpn,
  LITE_05.alpn,
  LITE_04.alpn,
  LITE_03.alpn,
  EXCHANGE_ALPN,
];

/** The versions that a server picks in the SETUP exchange, best first. */
export const EXCHANGE_PREFERENCE: readonly Version[] = [LITE_02, LITE_01];

/** The version that an ALPN stands for; `undefined` for `moql`, for none, and for strangers. */
export function versionOfAlpn(alpn: string): Version | undefined {
  return Object.values(VERSIONS).find((version) => version.alpn === alpn && version.setup !== "exchange");
}

/** The version with this code in the SETUP exchange, if it is one that is agreed on there. */
export function versionOfCode(code: number): Version | undefined {
  return EXCHANGE_PREFERENCE.find((version) => version.code === code);
}
