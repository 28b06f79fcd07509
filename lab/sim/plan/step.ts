import type { Path } from "@moq-relay/protocol/model";
import type { VersionName } from "@moq-relay/protocol/wire";
import type { MediaShape } from "../actors/media.ts";
import type { LinkShape } from "../world/network.ts";

/** Milliseconds from the beginning of the run, in all steps. */
interface At {
  readonly at: number;
}

interface Joining extends At {
  /** Name of the client, and of whoever refers to it later. */
  readonly who: string;
  /** The relay that it goes to, and those to which it turns when that does not answer. */
  readonly to: readonly string[];
  readonly path: Path;
  /** moq-lite-06 if not given. */
  readonly version?: VersionName;
  readonly root?: Path;
}

export interface PublishStep extends Joining {
  readonly do: "publish";
  readonly media: MediaShape;
  /** Names itself in hop lists, so that it is the same publisher after a new connection; by default true. */
  readonly named?: boolean;
  /** Comes in the place of this one: the same identity, the same content, its groups numbered on. */
  readonly resumes?: string;
}

export interface SubscribeStep extends Joining {
  readonly do: "subscribe";
  readonly maxAge?: number;
  readonly asksFirst?: boolean;
  /** Bytes per millisecond that its links carry; as many as there are if not given. */
  readonly rate?: number;
}

export interface ListenStep extends Joining {
  readonly do: "listen";
}

/** How a client goes: says goodbye, vanishes without a word, or (a publisher) ends its broadcast and stays. */
export interface LeaveStep extends At {
  readonly do: "leave";
  readonly who: string;
  readonly how: "goodbye" | "silently" | "end";
}

/** What happens to a relay, and for how long, milliseconds. */
export interface NodeStep extends At {
  /**
   * "kill": -9, nobody answers at its address until it is started again; "dumb": killed too, but somebody takes every connection
   * at its address and never says a word; "stop": as it should; "stall": its event loop does not turn; "isolate": nothing passes between it and other relays; "skew": its wall clock jumps.
   */
  readonly do: "kill" | "dumb" | "stop" | "stall" | "isolate" | "skew";
  readonly node: string;
  /** How long; where a clock jumps: by how much. */
  readonly for: number;
  /** Whether one that was killed tells its former peers so when it is back, before they notice by the silence. */
  readonly tells?: boolean;
}

/** What happens to the link between two relays. */
export interface LinkStep extends At {
  /** "cut": its connections are lost, and both ends know; "part": nothing passes; "mute": nothing passes from a to b. */
  readonly do: "cut" | "part" | "mute";
  readonly a: string;
  readonly b: string;
  readonly for: number;
}

export interface ShapeStep extends At {
  readonly do: "shape";
  readonly a: string;
  readonly b: string;
  readonly for: number;
  readonly link: LinkShape;
}

export type Step = PublishStep | SubscribeStep | ListenStep | LeaveStep | NodeStep | LinkStep | ShapeStep;

/** A step in a line, for people. */
export function stepText(step: Step): string {
  const { at, do: verb, ...rest } = step;
  return `${String(Math.round(at)).padStart(6)} ${verb} ${JSON.stringify(rest)}`;
}
