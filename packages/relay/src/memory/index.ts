export { type GovernorOptions, MemoryGovernor } from "./governor.ts";
export { levelOf, type MemoryLevel, type MemoryMarks, type MemoryState, marksOf } from "./level.ts";
export { memoryReadings } from "./readings.ts";
export { collectGarbage, systemMemory } from "./system-memory.ts";
