import assert from "node:assert/strict";
import type { Path, RouteOffer } from "@moq-relay/protocol/model";
import type { Announcer } from "@moq-relay/protocol/session";

/** Keeps what a listener is told, and fails on what a session would be closed for (a start of what is live, and so on). */
export class Ledger implements Announcer {
  readonly live: Map<Path, RouteOffer> = new Map();
  /** In words, in order: "begin", "start a", "end a". */
  readonly log: string[] = [];
  #begun = false;

  begin(routes: readonly { readonly suffix: Path; readonly offer: RouteOffer }[]): void {
    assert.ok(!this.#begun, "begun twice");
    this.#begun = true;
    this.log.push("begin");
    for (const { suffix, offer } of routes) this.start(suffix, offer);
  }

  start(suffix: Path, offer: RouteOffer): void {
    assert.ok(this.#begun && !this.live.has(suffix), `start of "${suffix}"`);
    this.live.set(suffix, offer);
    this.log.push(`start ${suffix}`);
  }

  restart(suffix: Path, offer: RouteOffer): void {
    assert.ok(this.#begun && this.live.has(suffix), `restart of "${suffix}"`);
    this.live.set(suffix, offer);
    this.log.push(`restart ${suffix}`);
  }

  end(suffix: Path): void {
    assert.ok(this.#begun && this.live.delete(suffix), `end of "${suffix}"`);
    this.log.push(`end ${suffix}`);
  }

  get names(): Path[] {
    return [...this.live.keys()].sort();
  }
}
