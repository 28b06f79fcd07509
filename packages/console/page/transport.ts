import type { TransportChoice } from "./settings.ts";

/** The part of the client's reconnecting connection that decides about the binding. */
interface Reconnecting {
  websocket?: { enabled?: boolean } | undefined;
}

/**
 * Makes a choice binding for the whole page. The client uses WebTransport wherever the browser has it, so taking it away
 * leaves WebSocket; call it before the first session is dialled.
 */
export function forcePage(choice: TransportChoice): void {
  if (choice === "websocket") Reflect.deleteProperty(globalThis, "WebTransport");
}

/** Makes a choice binding for one connection, before it has a URL. */
export function forceConnection(choice: TransportChoice, connection: Reconnecting): void {
  if (choice === "webtransport") connection.websocket = { enabled: false };
}

/** What a session says of itself; older clients say nothing of the binding. */
interface Described {
  readonly version: string;
  readonly transport?: string;
}

/** The name of the binding for people. */
export function describeTransport(choice: TransportChoice, session: Described): string {
  const binding = session.transport ?? (choice === "auto" ? guess(session.version) : choice);
  return binding === "websocket" ? "WebSocket" : "WebTransport";
}

/**
 * The publisher's client does not tell its binding. Over WebSocket it can only agree on moq-lite-02 or older (it cannot
 * offer a newer one there), over WebTransport it always agrees on a newer one.
 */
function guess(version: string): string {
  return /lite-0[12]$/.test(version) ? "websocket" : "webtransport";
}
