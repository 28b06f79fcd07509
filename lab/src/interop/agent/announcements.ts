/** What a session has heard announced, and who waits for it. */
export class Announcements {
  /** Each that came, `+path` or `-path`. */
  readonly #heard = new Set<string>();
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();
  #over: Error | undefined;

  readonly note = (path: string, active: boolean): void => {
    const what = key(path, active);
    this.#heard.add(what);
    this.#waiting.get(what)?.resolve();
  };

  /** No more will come. */
  readonly end = (why: string): void => {
    this.#over = new Error(why);
    for (const waiting of this.#waiting.values()) waiting.reject(this.#over);
  };

  /**
   * Resolves when this has been announced, at any time.
   *
   * @throws when the announcements are over before.
   */
  async expect(path: string, active: boolean): Promise<void> {
    const what = key(path, active);
    if (this.#heard.has(what)) return;
    if (this.#over !== undefined) throw this.#over;
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(what, waiting);
    await waiting.promise;
  }
}

function key(path: string, active: boolean): string {
  return `${active ? "+" : "-"}${path}`;
}
