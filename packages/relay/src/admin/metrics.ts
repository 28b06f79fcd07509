import { LIMITS, type LimitName, type Limits } from "../limits.ts";

/** A number that is shown under `/metrics`. The hot path only adds to a plain field; `read` looks at it when asked. */
export interface Reading {
  readonly name: `moq_${string}`;
  readonly type: "counter" | "gauge";
  readonly help: string;
  /** One value, or one for each value of `label`. */
  readonly read: () => number | ReadonlyMap<string, number>;
  /** Name of the label; needed where `read` gives a map. */
  readonly label?: string;
}

/** How near the relay is to its caps: highest use and refusals since the start. Caps that nobody touched may be missing. */
export interface LimitUse {
  readonly peaks: Partial<Record<LimitName, number>>;
  readonly refusals: Partial<Record<LimitName, number>>;
}

/** The three readings that every cap has. */
export function limitReadings(limits: Limits, use: LimitUse): readonly Reading[] {
  return [
    reading("moq_limit", "gauge", "Caps in force, in the unit of docs/config.md.", limits),
    reading("moq_limit_peak", "gauge", "Highest use of each cap since the start.", use.peaks),
    reading("moq_limit_refusals_total", "counter", "How often each cap refused or ended something.", use.refusals),
  ];
}

/** Renders the Prometheus text of some readings, and of the process: memory, event-loop delay, garbage collection. */
export interface Exposition {
  readonly contentType: string;
  render(): Promise<string>;
}

/** Sets the metrics up. Throws when two readings share a name. */
export async function expose(readings: readonly Reading[]): Promise<Exposition> {
  // Loaded here because it is slow to load, and a relay without an internal listener never needs it.
  const { Counter, collectDefaultMetrics, Gauge, Registry } = await import("prom-client");
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name, type, help, label, read } of readings) {
    const labelNames = label === undefined ? [] : [label];
    const put = (add: (labels: Record<string, string>, value: number) => void): void => {
      const value = read();
      if (typeof value === "number") add({}, value);
      else for (const [key, one] of value) add({ [label!]: key }, one);
    };
    const shared = { name, help, labelNames, registers: [registry] };
    if (type === "counter") {
      new Counter({
        ...shared,
        collect() {
          this.reset();
          put((labels, value) => this.inc(labels, value));
        },
      });
    } else {
      new Gauge({
        ...shared,
        collect() {
          this.reset();
          put((labels, value) => this.set(labels, value));
        },
      });
    }
  }
  return { contentType: registry.contentType, render: () => registry.metrics() };
}

function reading(
  name: Reading["name"],
  type: Reading["type"],
  help: string,
  values: Partial<Record<LimitName, number>>,
): Reading {
  const read = (): ReadonlyMap<string, number> => {
    const names = Object.keys(values) as LimitName[];
    return new Map(names.map((one) => [LIMITS[one].metric, values[one]!]));
  };
  return { name, type, help, label: "limit", read };
}
