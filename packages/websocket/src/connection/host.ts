import type { HandleTable } from "@moq-relay/protocol/transport";
import type { Agenda } from "../carrier/agenda.ts";
import type { Frame } from "../codec/frame.ts";
import type { Framing } from "../codec/framing.ts";
import type { Settings } from "../settings.ts";

/** What all connections of a carrier share. */
export interface Shared {
  readonly settings: Settings;
  readonly agenda: Agenda;
  /** Every connection, and every direction of a stream, that is not over. */
  readonly handles: HandleTable<object>;
}

/** A connection, as its sending and its receiving part see it. */
export interface Host extends Shared {
  readonly framing: Framing;
  /** True at the server's end, which names its streams with odd ids. */
  readonly isServer: boolean;
  readonly closed: boolean;
  /** There is something to send. */
  wake(): void;
  /** Queues a frame that goes before all stream bytes. */
  control(frame: Frame): void;
  /** One direction of a stream is over (−1: it never had an id). */
  directionEnded(id: number): void;
}
