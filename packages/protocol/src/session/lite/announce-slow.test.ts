import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_HOPS, type RouteOffer } from "../../model/index.ts";
import type { HeardBidi } from "../../testing/index.ts";
import {
  type Announcement,
  BIDI,
  decodeAnnounceInit,
  decodeAnnounceOk,
  encodeAnnounceRequest,
  encodeStreamType,
  readAnnouncement,
  VERSIONS,
  type VersionName,
} from "../../wire/index.ts";
import type { Announcer } from "../session.ts";
import { ALL_VERSIONS, Conversation, RecordedRoutes, Stage } from "./session.fixture.ts";

// Runs with a new seed each time; a failure prints it, with the path to the smallest case.

const RUNS = 150;
const MARKS = { highMark: 120, lowMark: 40, maxStreamQueue: 300, maxConnectionReceive: 100 };

function offer(hops: readonly bigint[], cost = 0): RouteOffer {
  return { hops, warm: cost, cold: cost };
}

/** A peer that reads when the test lets it, and believes nothing that breaks the rules. */
class SlowListener {
  readonly stage: Stage;
  readonly heard: HeardBidi;
  readonly announcer: Announcer;
  /** What it knows: the chain and price of each name, as far as the version tells them. */
  readonly live = new Map<string, string>();
  /** Messages of the first answer that are still to come; undefined before it is known. */
  pending: number | undefined;
  readonly kinds: string[] = [];
  /** The most names that were live at once. */
  most = 0;
  readonly #byId: (string | undefined)[] = [];
  #answered: boolean;

  constructor(version: VersionName) {
    this.stage = new Stage(version, { world: { limits: MARKS }, limits: { highMark: MARKS.highMark } });
    this.heard = this.stage.peer.bidi((writer) => {
      encodeStreamType(writer, BIDI.announce);
      encodeAnnounceRequest(writer, { prefix: "", excludeHop: 0n }, VERSIONS[version]);
    });
    this.#answered = VERSIONS[version].announceReply === "none";
    this.stage.settle();
    this.announcer = this.stage.handler.listens[0]?.answer ?? assert.fail("the request was not heard");
    this.heard.pause();
  }

  /** Reads all that there is. */
  catchUp(): void {
    this.heard.resume();
    this.stage.settle();
    this.#read();
  }

  /** Reads a little. */
  glance(): void {
    this.heard.resume();
    this.heard.whenHeard = () => this.heard.pause();
    this.stage.settle();
    this.heard.whenHeard = undefined;
    this.#read();
  }

  #read(): void {
    assert.equal(this.heard.reset, undefined, "the stream was reset");
    const { version } = this.stage.peer;
    if (!this.#answered) {
      const body = this.heard.take((framer) => framer.message());
      if (!body) return;
      this.#answered = true;
      if (version.announceReply === "init") {
        for (const suffix of decodeAnnounceInit(body, version).suffixes) this.live.set(suffix, "");
      } else this.pending = decodeAnnounceOk(body, version).activeCount;
    }
    for (const one of this.heard.takeAll((framer) => readAnnouncement(framer, version))) {
      this.#take(one);
      this.most = Math.max(this.most, this.live.size);
    }
  }

  #take(one: Announcement): void {
    const { version } = this.stage.peer;
    const kind = one.kind === "status" ? one.status : one.kind;
    this.kinds.push(kind);
    if (this.pending) {
      assert.match(kind, /^(start|active)$/, "within the first answer");
      this.pending -= 1;
    }
    if (one.kind === "status") {
      if (one.status === "ended") assert.ok(this.live.delete(one.suffix), `${one.suffix} ended and was not live`);
      else {
        if (version.duplicateAnnounce === "fatal") assert.ok(!this.live.has(one.suffix), `${one.suffix} twice`);
        this.live.set(one.suffix, one.hops.join());
      }
      return;
    }
    if (one.kind === "start") {
      assert.ok(!this.live.has(one.suffix), `${one.suffix} twice`);
      this.#byId.push(one.suffix);
      this.live.set(one.suffix, `${one.hops.join()} ${one.cost.warm}`);
    } else if (one.kind === "restart") {
      const suffix = this.#byId[one.id] ?? assert.fail(`RESTART of ${one.id}`);
      this.live.set(suffix, `${one.hops.join()} ${one.cost.warm}`);
    } else if (one.kind === "end") {
      const suffix = this.#byId[one.id] ?? assert.fail(`END of ${one.id}`);
      this.#byId[one.id] = undefined;
      assert.ok(this.live.delete(suffix));
    }
  }
}

const NAMES = Array.from({ length: 30 }, (_, i) => `camera-${i}-${"x".repeat(i)}`);
const TOO_LONG = Array.from({ length: MAX_HOPS }, (_, i) => BigInt(i + 1));
const way = fc.oneof(
  { weight: 8, arbitrary: fc.record({ hops: fc.constantFrom([7n], [8n], [7n, 9n]), cost: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ hops: TOO_LONG, cost: 0 }) },
);
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ what: fc.constant("toggle" as const), name: fc.constantFrom(...NAMES), way }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant("change" as const), name: fc.constantFrom(...NAMES), way }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant("glance" as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("catch up" as const) }) },
);

for (const version of ALL_VERSIONS) {
  test(`whatever its pace, a listener ends up knowing what there is: ${version}`, () => {
    const first = fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), way }), { selector: ({ name }) => name });
    let waited = 0;
    fc.assert(
      fc.property(first, fc.array(step, { maxLength: 120 }), (begin, steps) => {
        const slow = new SlowListener(version);
        const quick = new SlowListener(version);
        const truth = new Map<string, RouteOffer>();
        for (const { name, way } of begin) truth.set(name, offer(way.hops, way.cost));
        const both = [slow.announcer, quick.announcer];
        for (const one of both) one.begin([...truth].map(([suffix, offer]) => ({ suffix, offer })));
        let most = truth.size;
        for (const next of steps) {
          if (next.what === "glance") slow.glance();
          else if (next.what === "catch up") slow.catchUp();
          else if (next.what === "toggle" && truth.delete(next.name)) for (const one of both) one.end(next.name);
          else if (next.what === "toggle" || truth.has(next.name)) {
            const known = truth.has(next.name);
            const changed = offer(next.way.hops, next.way.cost);
            truth.set(next.name, changed);
            for (const one of both) one[known ? "restart" : "start"](next.name, changed);
          }
          most = Math.max(most, truth.size);
          quick.catchUp();
        }
        waited += slow.stage.session.requests.untold;
        slow.catchUp();
        quick.catchUp();
        assertKnows(slow, truth);
        assertKnows(quick, truth);
        assert.ok(slow.most <= most, "never more at once than there were");
        assert.equal(slow.stage.session.requests.untold, 0);
      }),
      { numRuns: RUNS },
    );
    assert.ok(waited > RUNS, `only ${waited} announcements had to wait`);
  });
}

/** Names, and what the version tells of their way: publishers from 04 on, chains from 05 on, prices on 06. */
function assertKnows({ live, stage, pending }: SlowListener, truth: ReadonlyMap<string, RouteOffer>): void {
  const { version } = stage.peer;
  const usable = [...truth].filter(([, { hops }]) => hops.length < MAX_HOPS);
  assert.deepEqual([...live.keys()].sort(), usable.map(([name]) => name).sort());
  assert.ok(!pending, "the first answer was not told to its end");
  for (const [name, { hops, warm }] of usable) {
    const known = live.get(name)!;
    if (version.announcements === "typed") assert.equal(known, `${hops.join()} ${warm}`);
    else if (version.duplicateAnnounce !== "fatal") assert.equal(known, hops.join());
    else if (version.name === "moq-lite-04") assert.equal(known.split(",")[0], hops[0]?.toString());
  }
}

test("a name that ended and came back while it waited does both: it is another broadcast", () => {
  const listener = new SlowListener("moq-lite-06");
  listener.announcer.begin([{ suffix: "cam", offer: offer([7n]) }]);
  listener.catchUp();
  listener.heard.pause();
  for (let i = 0; i < 100; i++) listener.announcer.start(`filler-${i}`, offer([7n]));
  listener.announcer.end("cam");
  listener.announcer.start("cam", offer([7n]));
  for (let i = 0; i < 100; i++) listener.announcer.end(`filler-${i}`);
  const before = listener.kinds.length;
  listener.catchUp();
  const kinds = listener.kinds.slice(before);
  assert.deepEqual([...listener.live.keys()], ["cam"]);
  assert.equal(kinds.filter((kind) => kind === "start").length, kinds.filter((kind) => kind === "end").length);
  assert.ok(kinds.length < 100, "names that came and went while they waited are not told");
  assert.equal(kinds.at(-1), "start");
});

const MANY = 100_000;
const FLOOD = Array.from({ length: MANY }, (_, i) => ({
  suffix: `room-${i}/a-camera-with-a-name-of-usual-length`,
  offer: offer([7n, 8n]),
}));

for (const version of ALL_VERSIONS) {
  test(`a hundred thousand announcements reach a listener at 1 MB/s on one stream: ${version}`, () => {
    const limits = { maxAnnounced: MANY };
    const { server, client, world } = new Conversation(version, { limits, world: { rate: 1_000 } });
    world.pass(100);
    const routes = new RecordedRoutes();
    client.session.listen("", routes);
    world.pass(100);
    const announcer = server.handler.listens.at(-1)?.answer ?? assert.fail("the request was not heard");
    announcer.begin(FLOOD);
    const { requests, connection } = server.session;
    assert.ok(requests.untold > MANY / 2, "most of them wait, once each");
    announcer.end(FLOOD[0]!.suffix);
    announcer.end(FLOOD.at(-1)!.suffix);
    announcer.start("late", offer([9n]));
    let most = 0;
    for (let second = 0; second < 20 && requests.untold > 0; second++) {
      world.pass(1_000);
      most = Math.max(most, connection.stats().bytesQueued);
    }
    world.pass(5_000);
    assert.ok(most > 0 && most < 1.1 * (1 << 20), `${most} bytes were queued`);
    const known = new Set<string>();
    for (const line of routes.log) {
      const [what, suffix = ""] = line.split(" ");
      if (what === "start") known.add(suffix);
      else if (what === "end") known.delete(suffix);
    }
    assert.equal(known.size, MANY - 1);
    assert.ok(known.has("late") && !known.has(FLOOD[0]!.suffix) && !known.has(FLOOD.at(-1)!.suffix));
    assert.equal(client.handler.closed, undefined);
    if (VERSIONS[version].announceReply !== "ok") return;
    assert.equal(routes.log.indexOf("complete"), MANY, "complete after all that there was, and before what came later");
  });
}
