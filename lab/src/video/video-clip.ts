import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { type Mp4Box, Mp4Boxes } from "./mp4-boxes.ts";

const WIDTH = 64;
const HEIGHT = 48;
/** Frames a second. */
const RATE = 10;

/** Why no clip can be made here; undefined when one can. */
export function ffmpegMissing(): string | undefined {
  const { status } = spawnSync("ffmpeg", ["-version"], { stdio: "ignore" });
  return status === 0 ? undefined : "ffmpeg is not installed";
}

/**
 * Has ffmpeg make a short H.264 video as fragmented MP4: a fragment for each frame, a key frame for each group.
 *
 * @param file where to.
 * @throws with the words of ffmpeg.
 */
export function makeClip(file: string, groups: number, groupSize: number): void {
  const picture = `testsrc2=size=${WIDTH}x${HEIGHT}:rate=${RATE}`;
  const h264 = `-c:v libx264 -preset ultrafast -tune zerolatency -threads 1 -sc_threshold 0 -g ${groupSize}`;
  const fragments = "-movflags cmaf+separate_moof+delay_moov+skip_trailer+frag_every_frame";
  const flags = `-v error -y -f lavfi -i ${picture} -frames:v ${groups * groupSize} ${h264} ${fragments} -f mp4`;
  const { status, stderr, error } = spawnSync("ffmpeg", [...flags.split(" "), file], { encoding: "utf8" });
  if (status !== 0) throw error ?? new Error(`ffmpeg: ${stderr}`);
}

/** Such a video, taken apart. Its frames are known by their bytes: whatever else a client writes around them, these stay. */
export class VideoClip {
  /** What a player is given first: the boxes `ftyp` and `moov`. */
  readonly init: Buffer;
  /** The boxes `moof` and `mdat` of each frame. */
  readonly #fragments: Buffer[] = [];
  readonly #numbers = new Map<string, number>();

  /** @param bytes the whole file. */
  constructor(bytes: Uint8Array) {
    const head: Uint8Array[] = [];
    let moof: Mp4Box | undefined;
    for (const box of new Mp4Boxes().push(bytes)) {
      if (box.type === "ftyp" || box.type === "moov") head.push(box.bytes);
      else if (box.type === "moof") moof = box;
      else if (box.type === "mdat" && moof !== undefined) {
        this.#numbers.set(hash(box.body), this.#fragments.length);
        this.#fragments.push(Buffer.concat([moof.bytes, box.bytes]));
      }
    }
    this.init = Buffer.concat(head);
    if (this.#numbers.size !== this.#fragments.length) throw new Error("two frames of the clip are alike");
  }

  /** @throws when the clip is shorter. */
  fragment(number: number): Buffer {
    const fragment = this.#fragments[number];
    if (fragment === undefined) throw new Error(`the clip ends before frame ${number}`);
    return fragment;
  }

  /** Which frame the body of an `mdat` is; undefined when it is none, byte for byte. */
  numberOf(body: Uint8Array): number | undefined {
    return this.#numbers.get(hash(body));
  }

  /** What a catalog of the hang format says of it: the codec, its configuration, and how to begin. */
  rendition(): Record<string, unknown> {
    const at = this.init.indexOf("avcC");
    if (at < 0) throw new Error("the clip is not H.264");
    const record = this.init.subarray(at + 4, at - 4 + this.init.readUInt32BE(at - 4));
    // Profile, constraints and level follow the version of the record: ISO/IEC 14496-15, 5.3.3.1.
    const codec = `avc1.${record.toString("hex", 1, 4)}`;
    const container = { kind: "cmaf", init: this.init.toString("base64") };
    return { codec, description: record.toString("hex"), codedWidth: WIDTH, codedHeight: HEIGHT, container };
  }
}

function hash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
