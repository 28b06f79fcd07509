/**
 * The transport in memory: streams, datagrams, flow control, priorities and faults without a socket or a clock. Under a
 * `VirtualClock` the same calls give the same run, and an hour of a thousand idle connections costs next to nothing.
 */
export type { Clock } from "./clock.ts";
export type { MemoryDialOptions } from "./dial.ts";
export {
  type MemoryListener,
  type MemoryListenOptions,
  MemoryNetwork,
  type MemoryNetworkOptions,
  memoryNetwork,
} from "./network.ts";
export { VirtualClock } from "./virtual-clock.ts";
export type { Way } from "./way.ts";
