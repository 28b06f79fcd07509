import type { Reading } from "../admin/index.ts";
import type { Cluster } from "../cluster/index.ts";
import type { RelayCore } from "../core.ts";

/** What `/metrics` shows of links and broadcasts that come and go. */
export function flapReadings(core: RelayCore, cluster: Cluster | undefined): Reading[] {
  const broadcasts = core.flapping.damping;
  const links = cluster?.damping;
  const both = (of: (damping: typeof broadcasts) => number) => () =>
    new Map([
      ["broadcast", of(broadcasts)],
      ["link", links ? of(links) : 0],
    ]);
  return [
    {
      name: "moq_flaps_total",
      type: "counter",
      help: "Times that a broadcast of a client, or a link to a relay, went away.",
      label: "what",
      read: both(({ counters }) => counters.losses),
    },
    {
      name: "moq_damped_total",
      type: "counter",
      help: "Times that one had come and gone too often, and became a last resort.",
      label: "what",
      read: both(({ counters }) => counters.damped),
    },
    {
      name: "moq_damped",
      type: "gauge",
      help: "Those that are a last resort now, because they come and go.",
      label: "what",
      read: both(({ damped }) => damped),
    },
  ];
}
