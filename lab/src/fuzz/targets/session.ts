import { VERSIONS, type VersionName } from "@moq-relay/protocol/wire";
import { Chance } from "../chance.ts";
import { Entropy } from "../session/entropy.ts";
import { HostileClient } from "../session/hostile-client.ts";
import { Stage } from "../session/stage.ts";
import type { Target } from "../target.ts";

/** Things that one story has at most. */
const MOST_ACTS = 120;
const GENERATED = 24;

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
    let client = this.#enter(stage, entropy);
    for (let acts = 0; !entropy.done && acts < MOST_ACTS; acts++) {
      this.#timed(() => {
        const what = entropy.below(16);
        if (what === 0) stage.flow();
        else if (what === 1) stage.look(entropy.byte());
        else if (what === 2) stage.relay.pass(entropy.seldom(6) ? 11_000 : entropy.byte() * 3);
        else if (what === 3 && client.peer.closed !== undefined) client = this.#enter(stage, entropy);
        else client.act();
        // Without it, what follows is done before anything of this was heard.
        if (!entropy.seldom(3)) stage.relay.settle();
      });
      stage.check();
    }
    stage.relay.settle();
    stage.flow();
    const { closed } = client.peer;
    stage.end(input.length % 3);
    return closed === undefined ? "stayed" : `${closed.by} ${closed.code} ${closed.reason.replaceAll(/\d+/g, "")}`;
  }

  slowest(): number {
    return this.#slowest;
  }

  #enter(stage: Stage, entropy: Entropy): HostileClient {
    const [deep, hands, pretends] = [entropy.seldom(4), !entropy.seldom(6), !entropy.seldom(3)];
    const client = new HostileClient(stage.intruder(this.#version, { deep, hands }), entropy);
    if (pretends) client.pretend();
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
