import type { Book } from "./calls.ts";
import type { Content } from "./content.ts";
import { type FaceReader, Lacking } from "./face.ts";

/** What one subscription has brought so far, and who waits for it. */
export class Reading implements FaceReader {
  readonly #content: Content;
  readonly #frames: string[] = [];
  readonly #waiting = new Set<() => void>();
  #altered = 0;
  #datagrams = 0;
  #failed: Error | undefined;
  #noDatagrams: Lacking | undefined;

  constructor(content: Content) {
    this.#content = content;
  }

  onFrame(payload: Uint8Array, group: number): void {
    const frame = this.#content.placeOf(payload);
    if (frame?.group === group) this.#frames.push(`${frame.group}/${frame.index}`);
    else this.#altered += 1;
    this.#wake();
  }

  onDatagram(payload: Uint8Array): void {
    if (this.#content.placeOf(payload) === undefined) this.#altered += 1;
    else this.#datagrams += 1;
    this.#wake();
  }

  readonly onFailed = (error: Error): void => {
    this.#failed ??= error;
    this.#wake();
  };

  onNoDatagrams(why: string): void {
    this.#noDatagrams = new Lacking(why);
    this.#wake();
  }

  get book(): Book {
    return { frames: this.#frames, altered: this.#altered };
  }

  /** Resolves with the book when the frame is in it. */
  received(group: number, index: number): Promise<Book> {
    return this.#until(() => (this.#frames.includes(`${group}/${index}`) ? this.book : undefined));
  }

  receivedDatagram(): Promise<null> {
    return this.#until(() => {
      if (this.#noDatagrams !== undefined) throw this.#noDatagrams;
      return this.#datagrams > 0 ? null : undefined;
    });
  }

  /** Rejects when the subscription fails first. */
  #until<T>(probe: () => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = () => {
        try {
          const found = probe();
          if (found === undefined && this.#failed === undefined) return;
          this.#waiting.delete(look);
          if (found === undefined) reject(this.#failed);
          else resolve(found);
        } catch (error) {
          this.#waiting.delete(look);
          reject(error);
        }
      };
      this.#waiting.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}

/** What a group is that was read whole. */
export function bookOf(content: Content, payloads: readonly Uint8Array[], group: number): Book {
  const read = payloads.map((payload) => content.placeOf(payload));
  const frames = read.flatMap((place) => (place?.group === group ? [`${group}/${place.index}`] : []));
  return { frames, altered: read.length - frames.length };
}
