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
