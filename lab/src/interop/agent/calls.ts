/**
 * How a client in a process of its own is led: a call is a line of JSON on its standard input, the answer a line of JSON on
 * its standard output. `lab/python/interop_agent.py` speaks the same.
 */
export interface Calls {
  /** Dials. `version` is the only one that the client may offer; without it the client chooses. Returns what was agreed on. */
  dial: Call<{ session: string; url: string; version: string | undefined }, string>;
  close: Call<{ session: string }, null>;
  /** Returns when the path has been announced (`active`), or its end, since the session began. */
  announced: Call<{ session: string; path: string; active: boolean }, null>;
  /** Announces a broadcast that has one track, `frames`. */
  publish: Call<{ session: string; path: string }, null>;
  /** Returns when the relay has subscribed to the track. */
  wanted: Call<{ path: string }, null>;
  /** Appends numbered frames to the open group, or to a new one; `end` closes it. Returns its sequence. */
  write: Call<{ path: string; frames: number; end: boolean }, number>;
  /** Sends one frame as a datagram. */
  datagram: Call<{ path: string }, null>;
  unpublish: Call<{ path: string }, null>;
  subscribe: Call<{ session: string; path: string }, null>;
  /** Returns the book when this frame is in it. */
  received: Call<{ path: string; group: number; index: number }, Book>;
  /** Returns when a datagram with an unaltered frame has come. */
  receivedDatagram: Call<{ path: string }, null>;
  /** Reads a group of the past, whole. */
  fetch: Call<{ session: string; path: string; group: number }, Book>;
}

export interface Call<Ask, Answer> {
  readonly ask: Ask;
  readonly answer: Answer;
}

/** What a reader has got, as `<group>/<index>`, in the order in which it came. */
export interface Book {
  readonly frames: readonly string[];
  /** Frames that were not, byte for byte, what the publisher wrote. */
  readonly altered: number;
}

/** One call on its way. */
export interface Request {
  readonly id: number;
  readonly call: keyof Calls;
  readonly ask: unknown;
}

/** `lacking`: there is nothing like it in this client, and nothing went over the wire. */
export type Answer =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string; readonly lacking?: true };

/** The track of every broadcast, and how many frames a whole group has. */
export const TRACK = "frames";
export const GROUP_SIZE = 5;
/** Bytes of a frame. */
export const FRAME_SIZE = 512;
