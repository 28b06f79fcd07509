import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Mp4Boxes } from "./mp4-boxes.ts";
import { ffmpegMissing, makeClip, VideoClip } from "./video-clip.ts";

describe("top-level boxes", () => {
  const bytes = Buffer.concat([box("ftyp", "isom"), box("moof", ""), box("mdat", "a frame")]);

  test("are cut wherever the chunks end", () => {
    for (let size = 1; size <= bytes.length; size++) {
      const boxes = new Mp4Boxes();
      const found: string[] = [];
      for (let at = 0; at < bytes.length; at += size) {
        for (const { type, body } of boxes.push(bytes.subarray(at, at + size))) found.push(`${type}:${body}`);
      }
      assert.deepEqual(found, ["ftyp:isom", "moof:", "mdat:a frame"]);
    }
  });

  test("smaller than their header are refused", () => {
    assert.throws(() => new Mp4Boxes().push(Buffer.alloc(8)), /an MP4 box of 0 bytes/);
  });
});

test("a clip's frames are known by their bytes", { skip: ffmpegMissing() ?? false }, (context) => {
  const folder = mkdtempSync(join(tmpdir(), "clip-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "clip.mp4");
  makeClip(file, 2, 5);
  const clip = new VideoClip(readFileSync(file));
  const [, mdat] = new Mp4Boxes().push(clip.fragment(7));
  assert.ok(mdat !== undefined);
  assert.equal(clip.numberOf(mdat.body), 7);
  mdat.body[3] = (mdat.body[3] ?? 0) ^ 1;
  assert.equal(clip.numberOf(mdat.body), undefined);
  assert.throws(() => clip.fragment(10), /the clip ends before frame 10/);
  assert.match(String(clip.rendition().codec), /^avc1\.[0-9a-f]{6}$/);
});

function box(type: string, body: string): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + body.length);
  header.write(type, 4, "latin1");
  return Buffer.concat([header, Buffer.from(body)]);
}
