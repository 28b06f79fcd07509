import { test } from "node:test";
import { complianceSuite, type Endpoints, type Harness, type OpenOptions } from "../compliance/index.ts";
import { memoryNetwork } from "./network.ts";
import { VirtualClock } from "./virtual-clock.ts";

const ADDRESS = "relay.test:4443";

/** Moves a virtual clock as soon as something is due, one event per turn of the real event loop. */
class RunningClock extends VirtualClock {
  #running = false;
  readonly #turn = () => {
    this.#running = this.step();
    if (this.#running) setImmediate(this.#turn);
  };

  override schedule(delay: number, run: () => void): void {
    super.schedule(delay, run);
    if (this.#running) return;
    this.#running = true;
    setImmediate(this.#turn);
  }
}

function endpoints({ limits, onRequest }: OpenOptions, delay: number): Endpoints {
  const clock = new RunningClock();
  const network = memoryNetwork({
    now: () => clock.now(),
    schedule: (wait, run) => clock.schedule(wait, run),
    limits,
    delay,
  });
  network.listen(ADDRESS, onRequest);
  return {
    authority: ADDRESS,
    dial: (options, events) => network.dial(ADDRESS, options, events),
    close: async () => network.cut("client", ADDRESS, "the case is over"),
    throttle: (bytesPerSecond) => {
      network.way("client", ADDRESS).rate =
        bytesPerSecond === undefined ? Number.POSITIVE_INFINITY : bytesPerSecond / 1_000;
    },
    silence: () => {
      network.way("client", ADDRESS).silence();
      network.way(ADDRESS, "client").silence();
    },
  };
}

function harness(delay: number): Harness {
  return {
    capabilities: { datagrams: true, http: true, offersList: true, throttle: { committed: 64 << 10 }, silence: true },
    protocols: ["moq-lite-06", "moq-lite-05"],
    open: async (options) => endpoints(options, delay),
  };
}

complianceSuite("memory", harness(0), { test });
complianceSuite("memory with 10 ms of delay", harness(10), { test });
