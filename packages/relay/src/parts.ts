import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { CacheBudget } from "@moq-relay/protocol/model";
import type { LiteLimits, Rate } from "@moq-relay/protocol/session";
import type { CarrierLimits } from "@moq-relay/protocol/transport";
import type { Certificate, EngineLoad, ListenerStats, QuicOptions } from "@moq-relay/quic";
import type { Reading } from "./admin/index.ts";
import { availableMemory, type ConnectConfig, matches, type RelayConfig } from "./config/index.ts";
import type { DialTrust } from "./doors/dialler.ts";
import type { HubCounters, HubOptions } from "./hub/index.ts";
import type { PublicAccess } from "./peers/grants.ts";
import { isReserved } from "./peers/names.ts";
import { type Certificates, resetKey } from "./tls/index.ts";

/** From the configuration to what each part of the relay takes. */

/** Bytes queued on one stream from which on it reads its group at its own pace, and those at which it goes on. */
const HIGH_MARK = 1 << 20;
const LOW_MARK = 64 << 10;
/** Of the memory, for what was received and not yet taken up. */
const RECEIVE_SHARE = 1 / 8;
/** Frames of one group; more is a publisher that never ends its groups. */
const MAX_FRAMES = 100_000;
/** Milliseconds after which a flow moves to a better route in mid-group. */
const HANDOVER_PATIENCE = 2_000;
/** Milliseconds that groups stay fresh where the publisher has not said (moq-lite, TRACK_INFO default). */
const DEFAULT_MAX_AGE = 5_000;
const SWEEP_EVERY = 250;

/** Bytes that all sessions together may have received and not yet taken up. */
function receiveMemory(limits: RelayConfig["limits"]): number {
  return limits.receiveMemory || Math.ceil((limits.memory || availableMemory()) * RECEIVE_SHARE);
}

/** As `moq_limit` shows them: shares of the memory in bytes. */
export function limitsInForce({ limits }: RelayConfig): RelayConfig["limits"] {
  return { ...limits, receiveMemory: receiveMemory(limits) };
}

export function carrierLimits({ limits, quic }: RelayConfig): Partial<CarrierLimits> {
  return {
    highMark: highMark(limits),
    lowMark: LOW_MARK,
    maxStreamQueue: limits.subscriptionBuffer,
    maxConnectionQueue: limits.sessionBuffer,
    maxConnectionReceive: limits.receiveBuffer,
    maxReceive: receiveMemory(limits),
    maxWaitingStreams: limits.waitingStreams,
    maxUniStreams: quic.maxStreams,
    // Of a relay more, once it is known to be one.
    maxBidiStreams: Math.min(quic.maxStreams, limits.clientStreams),
  };
}

/** The share of its memory that the relay leaves free. */
export function headroomShare({ cache }: RelayConfig): number {
  return Math.min(0.5, cache.headroom / availableMemory());
}

/** Whether a broadcast is to be had by two ways at once. */
export function standbyTest({ cluster }: RelayConfig): (path: string) => boolean {
  return (path) => !isReserved(path) && cluster.standby.some((pattern) => matches(pattern, path));
}

export function hubOptions(config: RelayConfig, budget: CacheBudget, counters: HubCounters): HubOptions {
  const { limits, cluster, cache } = config;
  return {
    budget,
    counters,
    highMark: highMark(limits),
    maxFrame: limits.frameSize,
    maxGroup: limits.groupSize,
    maxFrames: MAX_FRAMES,
    maxGroups: limits.groupsPerTrack,
    maxTracks: limits.tracksPerBroadcast,
    maxFetches: limits.fetches,
    maxFetchWaiters: limits.fetchWaiters,
    fetchPatience: limits.fetchPatience,
    linger: cluster.linger,
    handoverPatience: HANDOVER_PATIENCE,
    defaultMaxAge: DEFAULT_MAX_AGE,
    keepIdle: cache.duration,
    sweepEvery: SWEEP_EVERY,
    isTalk: isReserved,
    ...(cluster.standby.length > 0 ? { standby: standbyTest(config) } : {}),
  };
}

/** Hub, sessions and transport must agree: a stream that passes it is told of and goes on from what is kept here. */
function highMark(limits: RelayConfig["limits"]): number {
  return Math.min(HIGH_MARK, limits.subscriptionBuffer / 2);
}

/** Of a session with another relay; what a client may have is less, see `CoreLimits`. */
export function sessionLimits({ limits }: RelayConfig): LiteLimits {
  return {
    handshakeTimeout: limits.setupTimeout,
    maxMessage: limits.controlMessage,
    messageTimeout: limits.messageTimeout,
    maxSubscriptions: limits.peerSubscriptions,
    maxListens: limits.peerSubscriptions,
    maxFetches: limits.fetches,
    maxProbes: limits.sessionProbes,
    maxAnnounced: limits.peerAnnounces,
    highMark: highMark(limits),
    // All that is live, and the end of all that was.
    maxUntold: 2 * limits.peerAnnounces,
  };
}

/** What is otherwise for a client: a relay asks for all of its readers, so its rates are not capped. */
export function clientLimits({ limits }: RelayConfig): Partial<LiteLimits> {
  return {
    maxSubscriptions: limits.clientSubscriptions,
    maxListens: limits.announceInterests,
    maxFetches: limits.clientFetches,
    requestRate: rate(limits.clientRequests, limits.clientRequestBurst),
    updateRate: rate(limits.clientUpdates, limits.clientUpdateBurst),
  };
}

/** Beyond the burst as much again is put up with. */
function rate(perSecond: number, burst: number): Rate {
  return { perSecond, burst, tolerance: burst };
}

export function publicAccess({ auth }: RelayConfig): PublicAccess {
  return { subscribe: [...auth.public, ...auth.publicSubscribe], publish: [...auth.public, ...auth.publicPublish] };
}

/** What a client may have under way at first, bytes; `limits.receive-memory` says so too. */
const FIRST_RECEIVE_WINDOW = 256 << 10;

export function quicOptions({ quic }: RelayConfig): QuicOptions {
  return {
    idleTimeout: quic.idleTimeout,
    keepAlive: quic.keepAlive,
    gso: quic.gso,
    mtuDiscovery: quic.mtuDiscovery,
    congestion: quic.congestionControl === "delay" ? "bbr" : "cubic",
    receiveWindow: quic.receiveWindow,
    firstReceiveWindow: FIRST_RECEIVE_WINDOW,
    streamReceiveWindow: quic.streamReceiveWindow,
    sendWindow: quic.sendWindow,
  };
}

/** Of links that this relay dials: a silent relay is noticed sooner than a silent viewer. */
export function linkQuicOptions(config: RelayConfig): QuicOptions {
  const idleTimeout = config.limits.clusterIdle;
  return { ...quicOptions(config), idleTimeout, keepAlive: Math.ceil(idleTimeout / 5) };
}

/** What `/metrics` shows of handshakes at the QUIC port; zeros where there is none. */
export function quicReadings(stats: () => ListenerStats | undefined): Reading[] {
  const reading = (name: Reading["name"], field: keyof ListenerStats, help: string): Reading => ({
    name,
    type: name.endsWith("_total") ? "counter" : "gauge",
    help,
    read: () => stats()?.[field] ?? 0,
  });
  return [
    reading("moq_quic_handshakes", "handshakes", "QUIC handshakes under way."),
    reading("moq_quic_handshakes_timed_out_total", "timedOut", "QUIC handshakes that took too long."),
    reading("moq_quic_retries_total", "retried", "QUIC clients that were asked to prove their address."),
    reading("moq_quic_refused_total", "refused", "QUIC clients that were turned away for a cap."),
    reading("moq_quic_ignored_total", "ignored", "First packets of QUIC clients left without an answer for a cap."),
  ];
}

/** What `/metrics` shows of the caps of the QUIC engine; zeros where there is none. */
export function loadReadings(load: () => EngineLoad | undefined): Reading[] {
  const reading = (name: Reading["name"], field: keyof EngineLoad, help: string): Reading => ({
    name,
    type: name.endsWith("_total") ? "counter" : "gauge",
    help,
    read: () => load()?.[field] ?? 0,
  });
  return [
    reading("moq_quic_received_bytes", "received", "Received over QUIC and not yet taken up, all sessions together."),
    reading("moq_quic_held_back_total", "heldBack", "Times that a session was not read because all hold too much."),
    reading("moq_quic_receive_windows_bytes", "raised", "What the receive windows of all clients were raised by."),
    reading(
      "moq_quic_receive_windows_kept_total",
      "notRaised",
      "Times that a window was not raised: all were by too much.",
    ),
    reading("moq_quic_streams_given_up_total", "givenUp", "Groups given up because too many waited for a peer."),
  ];
}

/** Certificates as QUIC takes them. */
export function pairs(certificates: Certificates): Certificate[] {
  return certificates.current().map(({ certPem, keyPem }) => ({ cert: certPem, key: keyPem }));
}

/** What peers of a relay that was killed hear when it is back. */
export function resetOptions(certificates: Certificates, { cluster, listen }: RelayConfig): { resetKey?: Uint8Array } {
  const key = resetKey(certificates.current(), `${cluster.node?.text ?? hostname()} ${listen.bind.text}`);
  return key === undefined ? {} : { resetKey: key };
}

/** Whom the relay believes when it dials: the files are read once, at the start. */
export async function dialTrust(tls: ConnectConfig["tls"]): Promise<DialTrust> {
  const { cert, key, insecure, fingerprint, root } = tls;
  const identity =
    cert !== undefined && key !== undefined
      ? { cert: await readFile(cert, "utf8"), key: await readFile(key, "utf8") }
      : undefined;
  const ca = await Promise.all(root.map((file) => readFile(file, "utf8")));
  return { ca, fingerprints: fingerprint, insecure, identity };
}
