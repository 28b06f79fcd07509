/**
 * Every cap of the relay that has no other home, in one table. Each is a configuration key under `limits.`, has a unit, and
 * is shown as `moq_limit{limit="…"}`. Only what is enforced stands here: a key that did nothing would be believed.
 * Caps with a key of their own elsewhere (the idle timeout, say) are in `LIMITS_ELSEWHERE`; caps that the protocol fixes
 * (hops, parts and length of names) are in `packages/protocol/src/wire/limits.ts`.
 */

/** What a cap counts. */
export type LimitUnit = "bytes" | "milliseconds" | "count" | "per second";

/** One cap. */
export interface Limit {
  /** Configuration key in kebab case, such as `limits.control-message`. */
  readonly key: `limits.${string}`;
  readonly default: number;
  readonly unit: LimitUnit;
  /** Value of the `limit` label of the metric. */
  readonly metric: string;
  /** What is capped and what happens to the one who passes it: one sentence. */
  readonly help: string;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** Name of a cap in the code. */
export type LimitName =
  | "memory"
  | "controlMessage"
  | "frameSize"
  | "groupSize"
  | "setupTimeout"
  | "messageTimeout"
  | "clusterIdle"
  | "sessions"
  | "tokenSize"
  | "tokenChecks"
  | "handshakes"
  | "unprovenHandshakes"
  | "clientStreams"
  | "peerStreams"
  | "clientSubscriptions"
  | "peerSubscriptions"
  | "clientAnnounces"
  | "announceRate"
  | "announceBurst"
  | "flaps"
  | "peerAnnounces"
  | "announceInterests"
  | "clientFetches"
  | "fetches"
  | "fetchWaiters"
  | "fetchPatience"
  | "clientRequests"
  | "clientRequestBurst"
  | "clientUpdates"
  | "clientUpdateBurst"
  | "sessionProbes"
  | "tracksPerBroadcast"
  | "groupsPerTrack"
  | "subscriptionBuffer"
  | "sessionBuffer"
  | "receiveBuffer"
  | "receiveMemory"
  | "waitingStreams"
  | "clusterMembers"
  | "clusterLinks"
  | "httpConnections"
  | "httpHeader"
  | "httpHeaderTimeout"
  | "httpFetches"
  | "httpFetchTimeout"
  | "httpFetchStall"
  | "httpFetchBuffer"
  | "httpAnnounced"
  | "httpListings";

/** The values in force, in the units of the table. */
export type Limits = { readonly [Name in LimitName]: number };

/** All caps that have no other home, with their starting values. */
export const LIMITS: { readonly [Name in LimitName]: Limit } = {
  memory: cap("memory", 0, "bytes", "Memory of the process; 0 is what its container or the machine has."),
  controlMessage: cap("control-message", 64 * KIB, "bytes", "One control message; a larger one is malformed."),
  frameSize: cap("frame-size", 32 * MIB, "bytes", "One frame; a larger one ends its group (frame too large)."),
  groupSize: cap(
    "group-size",
    32 * MIB,
    "bytes",
    "One group as a byte log; a larger one is aborted (group too large).",
  ),
  setupTimeout: cap(
    "setup-timeout",
    10_000,
    "milliseconds",
    "Transport up to SETUP received; then the session is closed.",
  ),
  messageTimeout: cap(
    "message-timeout",
    10_000,
    "milliseconds",
    "First byte of a control message to its last; then its stream is reset (control timeout).",
  ),
  clusterIdle: cap("cluster-idle", 5_000, "milliseconds", "Silence after which a link between relays counts as dead."),
  sessions: cap("sessions", 20_000, "count", "Client sessions at once; further ones are refused at the door."),
  tokenSize: cap("token-size", 8_192, "bytes", "One token (JWT); a larger one is refused."),
  tokenChecks: cap("token-checks", 1_024, "count", "Tokens being checked at once; clients with further ones get 503."),
  handshakes: cap(
    "handshakes",
    4_096,
    "count",
    "QUIC handshakes under way at once; above it new clients get no answer until their packet is due again.",
  ),
  unprovenHandshakes: cap(
    "unproven-handshakes",
    256,
    "count",
    "QUIC handshakes under way from which on new clients must prove their address (Retry).",
  ),
  clientStreams: cap(
    "client-streams",
    256,
    "count",
    "Two-way streams, such as subscriptions, that one client has open; further ones wait until one ends.",
  ),
  peerStreams: cap(
    "peer-streams",
    65_536,
    "count",
    "Two-way streams that one relay has open; further ones wait until one ends.",
  ),
  clientSubscriptions: cap(
    "client-subscriptions",
    256,
    "count",
    "Subscriptions of one client session; further ones are reset.",
  ),
  peerSubscriptions: cap("peer-subscriptions", 100_000, "count", "Subscriptions of one relay."),
  clientAnnounces: cap(
    "client-announces",
    64,
    "count",
    "Broadcasts that one client session announces, its own or others'; further ones are not taken.",
  ),
  announceRate: cap(
    "announce-rate",
    50,
    "per second",
    "Changes of one client's announcements; those beyond it wait, and of each name the last counts.",
  ),
  announceBurst: cap("announce-burst", 200, "count", "Changes of one client's announcements that never wait."),
  flaps: cap(
    "flaps",
    4_096,
    "count",
    "Broadcasts, and likewise relays with links here, that went in the last minute and are remembered for it; further ones take the place of the first.",
  ),
  peerAnnounces: cap(
    "peer-announces",
    100_000,
    "count",
    "Broadcasts that one relay announces here, and routes that are held in all: of clients half as many; others wait for room.",
  ),
  announceInterests: cap(
    "announce-interests",
    64,
    "count",
    "Prefixes that one client session listens to; further requests are reset.",
  ),
  clientFetches: cap(
    "client-fetches",
    64,
    "count",
    "Fetches of one client session under way; further ones are reset (no capacity).",
  ),
  fetches: cap(
    "fetches",
    1_024,
    "count",
    "Fetches of one relay, and those that this one makes; further ones are reset (no capacity).",
  ),
  fetchWaiters: cap(
    "fetch-waiters",
    4_096,
    "count",
    "Fetches that one fetched group is given to at once; further ones are reset (no capacity).",
  ),
  fetchPatience: cap(
    "fetch-patience",
    10_000,
    "milliseconds",
    "Time for a fetched group to begin; then the next route is asked, or the fetch is reset.",
  ),
  clientRequests: cap(
    "client-requests",
    200,
    "per second",
    "New requests of one client session; those beyond the burst are reset (no capacity).",
  ),
  clientRequestBurst: cap(
    "client-request-burst",
    1_000,
    "count",
    "Requests at once that are within the rate; twice as many end the session.",
  ),
  clientUpdates: cap(
    "client-updates",
    100,
    "per second",
    "Changes of subscriptions of one client session; beyond the burst the last of each counts, a little later.",
  ),
  clientUpdateBurst: cap(
    "client-update-burst",
    500,
    "count",
    "Changes at once that are within the rate; twice as many end the session.",
  ),
  sessionProbes: cap("session-probes", 2, "count", "Probe streams of one session; further ones are reset."),
  tracksPerBroadcast: cap("tracks-per-broadcast", 1_024, "count", "Tracks of one broadcast that are live here."),
  groupsPerTrack: cap("groups-per-track", 4_096, "count", "Groups of one track that are kept; the oldest goes first."),
  subscriptionBuffer: cap(
    "subscription-buffer",
    4 * MIB,
    "bytes",
    "Queued for one subscription or /fetch; then its groups are reset.",
  ),
  sessionBuffer: cap("session-buffer", 16 * MIB, "bytes", "Queued for one session; then its oldest groups are reset."),
  receiveBuffer: cap("receive-buffer", 4 * MIB, "bytes", "Received from one session and not yet taken up."),
  receiveMemory: cap(
    "receive-memory",
    0,
    "bytes",
    "Received over QUIC and not yet taken up, of all sessions together; then only those with less than 64 KiB are read. By as much the receive windows of all clients grow beyond 256 KiB each. 0 is an eighth of the memory.",
  ),
  waitingStreams: cap(
    "waiting-streams",
    4_096,
    "count",
    "Groups of one session that wait for its peer to allow streams; then the least urgent, of these the oldest, is given up.",
  ),
  clusterMembers: cap("cluster-members", 4_096, "count", "Relays that are remembered as members."),
  clusterLinks: cap("cluster-links", 256, "count", "Links that this relay dials at once."),
  httpConnections: cap("http-connections", 4_096, "count", "Connections to the web listener, WebSockets included."),
  httpHeader: cap("http-header", 16 * KIB, "bytes", "Request line and headers; a larger request gets 431."),
  httpHeaderTimeout: cap("http-header-timeout", 10_000, "milliseconds", "Time for a request's headers to arrive."),
  httpFetches: cap("http-fetches", 256, "count", "Answers to /fetch under way at once; further ones get 503."),
  httpFetchTimeout: cap("http-fetch-timeout", 30_000, "milliseconds", "Longest answer to /fetch."),
  httpFetchStall: cap(
    "http-fetch-stall",
    10_000,
    "milliseconds",
    "Longest that a client leaves an answer to /fetch unread; then it is cut off.",
  ),
  httpFetchBuffer: cap(
    "http-fetch-buffer",
    64 * MIB,
    "bytes",
    "Waiting for the clients of /fetch, all together; beyond it nothing more is read for them.",
  ),
  httpListings: cap("http-listings", 64, "count", "Answers to /announced under way at once; further ones get 503."),
  httpAnnounced: cap("http-announced", 10_000, "count", "Lines in an answer to /announced."),
};

/** Caps whose key is in another section: the key, and the label of their metric. */
export const LIMITS_ELSEWHERE: Readonly<Record<string, string>> = {
  "listen.timeout": "handshake",
  "quic.idle-timeout": "idle",
  "quic.max-streams": "streams",
  "quic.send-window": "send_window",
  "quic.receive-window": "receive_window",
  "cache.capacity": "cache_bytes",
  "cache.duration": "cache_age",
  "cluster.max-hops": "cluster_hops",
  "cluster.max-links": "cluster_feeds",
  "cluster.linger": "linger",
  "backoff.max": "backoff",
  "drain-timeout": "drain",
};

/** The values of the table, for tests and for embedding without a configuration. */
export function defaultLimits(): Limits {
  const names = Object.keys(LIMITS) as LimitName[];
  return Object.fromEntries(names.map((name) => [name, LIMITS[name].default])) as Limits;
}

function cap(name: string, value: number, unit: LimitUnit, help: string): Limit {
  return { key: `limits.${name}`, default: value, unit, metric: name.replaceAll("-", "_"), help };
}
