import { readFileSync } from "node:fs";
import { decodeFrame, encodeFrame, wallClock } from "../../frames/numbered-frame.ts";
import { Mp4Boxes } from "../../video/mp4-boxes.ts";
import { VideoClip } from "../../video/video-clip.ts";
import { FRAME_SIZE, GROUP_SIZE, TRACK } from "./calls.ts";

/** What the frames of a broadcast are, so that whoever reads one can say which it is. */
export interface Content {
  /** The track that they are in. */
  readonly track: string;
  /** What is told of the track in another one; absent: nothing, who reads it knows. */
  readonly catalog?: { readonly track: string; readonly payload: Uint8Array };
  frame(group: number, index: number): Uint8Array;
  /** Which frame this is; undefined when it is none, or altered. */
  placeOf(payload: Uint8Array): Place | undefined;
}

export interface Place {
  readonly group: number;
  readonly index: number;
}

/** Frames that say themselves what they are. */
export const numberedContent: Content = {
  track: TRACK,
  frame: (group, index) =>
    encodeFrame({ instance: 1, group, index, groupSize: GROUP_SIZE, sentAt: wallClock() }, FRAME_SIZE),
  placeOf: decodeFrame,
};

/** A video that players understand. */
export class VideoContent implements Content {
  /** The name that moq-cli gives to the first track of a file. */
  readonly track = "0.m4s";
  readonly clip: VideoClip;

  /** @param file see `makeClip`. */
  constructor(file: string) {
    this.clip = new VideoClip(readFileSync(file));
  }

  get catalog(): NonNullable<Content["catalog"]> {
    const told = { video: { renditions: { [this.track]: this.clip.rendition() } } };
    return { track: "catalog.json", payload: new TextEncoder().encode(JSON.stringify(told)) };
  }

  frame(group: number, index: number): Uint8Array {
    return this.clip.fragment(group * GROUP_SIZE + index);
  }

  /** @param payload a fragment; only the bytes of the video count, for clients write headers of their own. */
  placeOf(payload: Uint8Array): Place | undefined {
    const body = new Mp4Boxes().push(payload).find(({ type }) => type === "mdat")?.body;
    const number = body === undefined ? undefined : this.clip.numberOf(body);
    if (number === undefined) return undefined;
    return { group: Math.floor(number / GROUP_SIZE), index: number % GROUP_SIZE };
  }
}
