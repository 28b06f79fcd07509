import type { Publisher, PublisherOptions, Reading, TestRelay } from "../core.fixture.ts";

/** The one publisher of all these ways. */
const PUBLISHER = 7n;

/** A neighbour that has a way to the one publisher. */
export function route(relay: TestRelay, hop: bigint, cost: number, options: PublisherOptions = {}): Publisher {
  return relay.publisher({ hop, hops: [PUBLISHER], cost, from: `relay-${hop}.test`, ...options });
}

/** All frames of all groups, each once and in order. */
export function payloads({ groups }: Reading): string[] {
  return groups
    .toSorted((a, b) => a.sequence - b.sequence)
    .flatMap(({ frames }) => frames.map(({ payload }) => payload));
}

export function cut(relay: TestRelay, hop: bigint): void {
  relay.world.network.cut(`relay-${hop}.test`, "relay.test:4443");
  relay.settle();
}
