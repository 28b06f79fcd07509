import { type Mp4Box, Mp4Boxes } from "../../video/mp4-boxes.ts";
import type { Content } from "./content.ts";
import { Reading } from "./reading.ts";
import type { RustCliRun } from "./rust-cli-run.ts";

/** A run of moq-cli that reads a broadcast, and writes it out as fragmented MP4. */
export class RustCliExport {
  readonly run: RustCliRun;
  readonly reading: Reading;
  /** Resolves when it has found the broadcast: what a player is given first has come. */
  readonly begun: Promise<void>;
  /** Resolves when it has ended by itself, as it does with its broadcast, with its last words. */
  readonly over: Promise<string>;
  readonly #content: Content;

  constructor(run: RustCliRun, content: Content) {
    this.run = run;
    this.reading = new Reading(content);
    this.#content = content;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.begun = promise;
    this.begun.catch(() => {});
    const boxes = new Mp4Boxes();
    run.child.stdout.on("data", (chunk: Buffer) => {
      for (const box of boxes.push(chunk)) {
        if (box.type === "moov") resolve();
        else if (box.type === "mdat") this.#read(box);
      }
    });
    // Whether that is well depends on what it noticed first: that the broadcast is gone, or that nothing more comes of it.
    this.over = run.ended.then(
      () => "its broadcast has ended",
      (error: Error) => error.message,
    );
    this.over.then((why) => {
      reject(new Error(why));
      this.reading.onFailed(new Error(why));
    }, console.error);
  }

  /** A file does not say in which group a frame was: it is the one in which the frame belongs. */
  #read({ bytes }: Mp4Box): void {
    this.reading.onFrame(bytes, this.#content.placeOf(bytes)?.group ?? -1);
  }
}
