import type * as Net from "@moq/net";

/** What a publisher and a subscriber need of one session, or of what dials one after the other. */
export interface Dialled {
  /** Publishes what `make` gives, to each session anew: a broadcast ends with its session. */
  publish(path: Net.Path.Valid, make: () => Net.Broadcast.Producer): void;
  announcedBroadcast(path: Net.Path.Valid): Net.Announce.Broadcast;
  /** Whether there is a session just now. */
  connected(): boolean;
  close(): void;
}

/** What stays with one session. */
export function dialled(session: Net.Connection.Established): Dialled {
  return {
    publish: (path, make) => session.publish(path, make()),
    announcedBroadcast: (path) => session.announcedBroadcast(path),
    connected: () => true,
    close: () => session.close(),
  };
}

/** Never gives up, and does not ask the same relay again: the next of the list is dialled before that. */
const DELAY = { initial: 5_000, multiplier: 1, max: 5_000, timeout: 0 };

/** Milliseconds until the next of the list is dialled. */
const PAUSE = 100;

/**
 * Keeps a session with one of several relays, by the package's own `Connection.Reload`: when one ends, or cannot be had, the
 * next of the list is dialled.
 *
 * @param urls of the relays, the first to dial first.
 * @param onSession called with each session.
 */
export function reload(
  net: typeof Net,
  urls: readonly string[],
  websocket: { enabled: boolean },
  onSession: (session: Net.Connection.Established) => void,
): Dialled {
  let at = 0;
  const connection = new net.Connection.Reload({ enabled: true, url: new URL(urls[0] ?? ""), websocket, delay: DELAY });
  const published = new Map<Net.Path.Valid, () => Net.Broadcast.Producer>();
  connection.established.subscribe((session: Net.Connection.Established | undefined) => {
    if (session === undefined) return;
    onSession(session);
    for (const [path, make] of published) session.publish(path, make());
  });
  connection.status.subscribe((status: Net.Connection.ReloadStatus) => {
    if (status !== "disconnected") return;
    at += 1;
    setTimeout(() => connection.url.set(new URL(urls[at % urls.length] ?? "")), PAUSE);
  });
  return {
    publish: (path, make) => {
      published.set(path, make);
      connection.established.peek()?.publish(path, make());
    },
    announcedBroadcast: (path) => connection.announcedBroadcast(path),
    connected: () => connection.established.peek() !== undefined,
    close: () => connection.close(),
  };
}
