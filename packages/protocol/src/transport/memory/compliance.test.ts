import { test } from "node:test";
import { complianceSuite, type Endpoints, type Harness, type OpenOptions } from "../compliance/index.ts";
import { memoryNetwork } from "./network.ts";
import { VirtualClock } from "./virtual-clock.ts";

const ADDRESS = "relay.test:4443";
const CLIENT = "client.test:50000";

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

/** The link between client and server. */
interface Link {
  readonly delay: number;
  /** A fresh source of further delay for each case. */
  readonly jitter?: () => () => number;
}

function endpoints({ limits, onRequest }: OpenOptions, link: Link): Endpoints {
  const clock = new RunningClock();
  const network = memoryNetwork({
    now: () => clock.now(),
    schedule: (wait, run) => clock.schedule(wait, run),
    limits,
    delay: link.delay,
  });
  const ways = [network.way(CLIENT, ADDRESS), network.way(ADDRESS, CLIENT)] as const;
  for (const way of ways) way.jitter = link.jitter?.();
  network.listen(ADDRESS, onRequest);
  return {
    authority: ADDRESS,
    dial: (options, events) => network.dial(ADDRESS, { ...options, from: CLIENT }, events),
    close: async () => network.cut(CLIENT, ADDRESS),
    throttle: (bytesPerSecond) => {
      ways[0].rate = bytesPerSecond === undefined ? Number.POSITIVE_INFINITY : bytesPerSecond / 1_000;
    },
    silence: () => {
      for (const way of ways) way.silence();
    },
  };
}

function harness(link: Link): Harness {
  return {
    capabilities: {
      datagrams: true,
      vectoredDatagrams: true,
      http: true,
      offersList: true,
      throttle: { committed: 64 << 10 },
      silence: true,
    },
    protocols: ["moq-lite-06", "moq-lite-05"],
    open: async (options) => endpoints(options, link),
  };
}

/** A jitter of 0 to 9 milliseconds that is the same each time. */
function evenJitter(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 0x7fff_ffff;
    return state % 10;
  };
}

complianceSuite("memory", harness({ delay: 0 }), { test });
complianceSuite("memory with 10 ms of delay", harness({ delay: 10 }), { test });
complianceSuite("memory with jitter", harness({ delay: 5, jitter: evenJitter }), { test });
