import type { Panel } from "./panel.ts";

/** How long a node may take to answer before the page says that it cannot be reached, milliseconds. */
const PATIENCE = 3_000;

/** How a connection is tried again: for ever, because somebody may start the relay while the page is open. */
export const RETRY = { initial: 500, multiplier: 2, max: 5_000, timeout: 0 } as const;

/**
 * Shows that a panel has no connection: at first what the client says of it, and after three seconds, however often it
 * was tried meanwhile, that the node cannot be reached.
 */
export class Absence {
  readonly #panel: Panel;
  readonly #url: URL;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(panel: Panel, url: URL) {
    this.#panel = panel;
    this.#url = url;
  }

  /** @param status what the client says of the connection now. */
  show(status: string): void {
    if (this.#panel.state !== "unreachable") this.#panel.state = status;
    this.#timer ??= setTimeout(() => {
      this.#panel.state = "unreachable";
      this.#panel.explain(`cannot reach ${this.#url.origin}: is the relay running?`);
    }, PATIENCE);
  }

  /** The connection stands, or is no longer wanted. */
  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
