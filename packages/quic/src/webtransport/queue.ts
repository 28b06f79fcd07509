import { ReadableStream, type ReadableStreamDefaultController } from "node:stream/web";

/** A readable stream of things that arrive, at most `cap` of which wait: the oldest make room. */
export class ArrivalQueue<T> {
  readonly readable: ReadableStream<T>;
  readonly #cap: number;
  readonly #waiting: T[] = [];
  #controller: ReadableStreamDefaultController<T> | undefined;
  /** A reader waits. */
  #wanted = false;
  #over = false;

  constructor(cap: number) {
    this.#cap = cap;
    this.readable = new ReadableStream<T>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#wanted = true;
          this.#flush();
        },
        cancel: () => {
          this.#over = true;
          this.#waiting.length = 0;
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** False when nobody wants it any more. */
  push(item: T): boolean {
    if (this.#over) return false;
    if (this.#waiting.length >= this.#cap) this.#waiting.shift();
    this.#waiting.push(item);
    this.#flush();
    return true;
  }

  /** Nothing more arrives; what waits can still be read. */
  close(): void {
    this.#end((controller) => {
      for (const item of this.#waiting.splice(0)) controller.enqueue(item);
      controller.close();
    });
  }

  fail(error: Error): void {
    this.#end((controller) => controller.error(error));
  }

  #end(run: (controller: ReadableStreamDefaultController<T>) => void): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#controller) run(this.#controller);
  }

  #flush(): void {
    if (!this.#wanted || this.#waiting.length === 0) return;
    this.#wanted = false;
    this.#controller?.enqueue(this.#waiting.shift() as T);
  }
}
