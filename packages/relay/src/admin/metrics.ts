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

/** The caps in force, in the units of docs/config.md. */
export function limitReading(limits: Limits): Reading {
  const names = Object.keys(limits) as LimitName[];
  const values = new Map(names.map((name) => [LIMITS[name].metric, limits[name]]));
  const help = "Caps in force, in the unit of docs/config.md.";
  return { name: "moq_limit", type: "gauge", help, label: "limit", read: () => values };
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
