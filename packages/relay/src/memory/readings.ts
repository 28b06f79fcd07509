import type { Reading } from "../admin/index.ts";
import type { MemoryGovernor } from "./governor.ts";
import { MEMORY_LEVELS } from "./level.ts";

/** What `/metrics` shows of memory. */
export function memoryReadings(governor: MemoryGovernor): Reading[] {
  return [
    {
      name: "moq_memory_used_bytes",
      type: "gauge",
      help: "Memory in use: of the process, or of the machine where the process has no cap of its own.",
      read: () => governor.state.used,
    },
    {
      name: "moq_memory_limit_bytes",
      type: "gauge",
      help: "Memory that there is.",
      read: () => governor.state.limit,
    },
    {
      name: "moq_memory_level",
      type: "gauge",
      help: "0 calm, 1 the cache gives way, 2 no new sessions, 3 the slowest sessions are ended.",
      read: () => MEMORY_LEVELS.indexOf(governor.level),
    },
    {
      name: "moq_sessions_shed_total",
      type: "counter",
      help: "Sessions that were ended because memory was short.",
      read: () => governor.shed,
    },
  ];
}
