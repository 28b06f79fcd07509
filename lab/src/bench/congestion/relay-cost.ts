import { LoadRun } from "../../load/load-run.ts";
import { ourRelay } from "../../process/our-relay.ts";
import { RelayProcess } from "../../process/relay-process.ts";
import { pause } from "../../process/wait.ts";

/** The fan-out bench's load. */
const FEED = { frameRate: 30, frameSize: 4096, groupSize: 60 };

/** How long, and with how many subscribers. */
export interface RelayCostOptions {
  readonly subscribers: number;
  /** Seconds before and during the measurement. */
  readonly settle: number;
  readonly measure: number;
}

/** Processor seconds of this repository's relay for each gigabit of payload that arrived, on loopback. */
export async function relayCost(control: string, options: RelayCostOptions): Promise<number> {
  const flags = ["--quic-congestion-control", control];
  const relay = await RelayProcess.start(ourRelay, { flags, logLevel: "error" });
  try {
    const run = await LoadRun.start(relay.port, FEED);
    await run.subscribe(options.subscribers);
    await pause(options.settle * 1000);
    run.clear();
    const before = relay.usage().cpuSeconds;
    await pause(options.measure * 1000);
    const cost = (relay.usage().cpuSeconds - before) / ((run.delivered.bytes * 8) / 1e9);
    run.close();
    return cost;
  } finally {
    await relay.stop();
  }
}
