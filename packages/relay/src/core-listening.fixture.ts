import assert from "node:assert/strict";
import type { HandmadePeer, HeardBidi } from "@moq-relay/protocol/testing";
import {
  BIDI,
  decodeAnnounceOk,
  encodeAnnounceRequest,
  encodeStreamType,
  readAnnouncement,
} from "@moq-relay/protocol/wire";
import { parsePublic } from "./config/pattern.ts";
import { RELAY_HOP, type TestRelay, type TestRelayOptions } from "./core.fixture.ts";
import type { Membership } from "./core.ts";
import { announceFrom } from "./peers/announcements.ts";
import { publicGrants } from "./peers/grants.ts";
import type { RouteTable } from "./routing/index.ts";

/** What somebody hears of the relay's broadcasts on 06: "start cam", "restart cam", "end cam". */
export class Listening {
  readonly #relay: TestRelay;
  readonly #stream: HeardBidi;
  readonly #peer: HandmadePeer;
  readonly #names: string[] = [];
  #begun = false;

  constructor(relay: TestRelay, peer: HandmadePeer, prefix = "") {
    this.#relay = relay;
    this.#peer = peer;
    this.#stream = peer.bidi((writer) => {
      encodeStreamType(writer, BIDI.announce);
      encodeAnnounceRequest(writer, { prefix, excludeHop: 0n }, peer.version);
    });
    relay.settle();
  }

  /** What was said since the last call. */
  told(): string[] {
    this.#relay.settle();
    const { version } = this.#peer;
    if (!this.#begun) {
      const body = this.#stream.take((framer) => framer.message());
      if (!body) return ["nothing yet"];
      this.#begun = true;
      assert.equal(decodeAnnounceOk(body, version).hop, RELAY_HOP);
    }
    return this.#stream
      .takeAll((framer) => readAnnouncement(framer, version))
      .map((one) => {
        if (one.kind === "start") this.#names.push(one.suffix);
        const name = "suffix" in one ? one.suffix : "id" in one ? this.#names[one.id] : "";
        return `${one.kind} ${name}`;
      });
  }
}

/** A node without links: it says hello, and what others say of themselves counts. */
export function believing(table: RouteTable): Membership {
  return {
    hello: () => ({ address: "node-1.test:4443", root: true, settling: 0 }),
    memberOpened: () => {},
    sessionClosed: () => {},
    onListen: (_, prefix, _member, view, announcer) => announceFrom(table, prefix, view, announcer),
    ask: (_path, _asker, done) => {
      done(false);
      return () => {};
    },
    list: (_prefix, done) => {
      done(true);
      return () => {};
    },
    flow: () => {},
  };
}

export function listen(relay: TestRelay, prefix = "", options: { path?: string; hop?: bigint } = {}): Listening {
  return new Listening(relay, relay.peer("moq-lite-06", options), prefix);
}

/** Every URL path is a root of its own, and everything is public. */
export const ROOTED: TestRelayOptions = {
  grants: (path) => {
    const all = [parsePublic("")];
    return publicGrants(path.split("/").filter(Boolean).join("/"), { subscribe: all, publish: all }) ?? assert.fail();
  },
};
