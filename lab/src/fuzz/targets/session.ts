import { VERSIONS, type VersionName } from "@moq-relay/protocol/wire";
import { Chance } from "../chance.ts";
import { Entropy } from "../session/entropy.ts";
import { HostileClient } from "../session/hostile-client.ts";
import { Stage } from "../session/stage.ts";
import type { Target } from "../target.ts";

/** Things that one story has at most. */
const MOST_ACTS = 120;
const GENERATED = 24;
/** Hostile sessions of one story: two that say they have the same are more than twice one. */
const MOST_CLIENTS = 3;

/**
 * A hostile client at a real relay in memory, next to honest peers, in one version of moq-lite. The input is the story: every
 * decision is taken from its bytes.
 */
class SessionTarget implements Target {
  readonly name: string;
  readonly maxInput = 600;
  readonly maxAllocated: number = 128 << 20;
  readonly chunk = 1;
  readonly weight = 4;
  readonly dictionary: readonly Uint8Array[] = [];
  readonly #version: VersionName;
  #slowest = 0;

  constructor(version: VersionName) {
    this.name = `session/${version}`;
    this.#version = version;
  }

  seeds(seed: number): Uint8Array[] {
    const chance = new Chance(seed, this.name);
    return Array.from({ length: GENERATED }, () => {
      const story = new Uint8Array(100 + chance.below(500));
      chance.fill(story, 0, story.length);
      return story;
    });
  }

  run(input: Uint8Array): string {
    this.#slowest = 0;
    const entropy = new Entropy(input);
    const stage = new Stage();
    const clients = [this.#enter(stage, entropy)];
    for (let acts = 0; !entropy.done && acts < MOST_ACTS; acts++) {
      this.#timed(() => {
        const what = entropy.below(16);
        if (what === 0) stage.flow();
        else if (what === 1) stage.look(entropy.byte());
        else if (what === 2) stage.relay.pass(entropy.seldom(6) ? 11_000 : entropy.byte() * 3);
        else if (what === 3 && clients.length < MOST_CLIENTS) clients.push(this.#enter(stage, entropy));
        else entropy.pick(clients).act();
        // Without it, what follows is done before anything of this was heard.
        if (!entropy.seldom(3)) stage.relay.settle();
      });
      stage.check();
    }
    stage.relay.settle();
    stage.flow();
    const { closed } = clients[0]!.peer;
    const summary = stage.summary();
    stage.end(input.length % 3);
    const end = closed === undefined ? "stayed" : `${closed.code} ${closed.reason.replaceAll(/\d+/g, "")}`;
    return `${end} ${summary}`;
  }

  slowest(): number {
    return this.#slowest;
  }

  #enter(stage: Stage, entropy: Entropy): HostileClient {
    const [deep, hands, pretends] = [entropy.seldom(4), !entropy.seldom(6), !entropy.seldom(3)];
    const client = new HostileClient(stage.intruder(this.#version, { deep, hands }), entropy);
    if (!pretends) return client;
    client.pretend();
    stage.relay.settle();
    // Somebody reads from it, so that it is asked for tracks, and its groups are taken.
    stage.look(entropy.byte());
    stage.relay.settle();
    return client;
  }

  #timed(run: () => void): void {
    const before = process.threadCpuUsage();
    run();
    const { user, system } = process.threadCpuUsage(before);
    this.#slowest = Math.max(this.#slowest, (user + system) / 1_000);
  }
}

/** One target for each version. */
export const SESSION_TARGETS: readonly Target[] = (Object.keys(VERSIONS) as VersionName[]).map(
  (version) => new SessionTarget(version),
);
