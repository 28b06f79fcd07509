import { freePort } from "./free-port.ts";
import { metricSum } from "./metrics.ts";
import { Program } from "./program.ts";
import type { RelayKind, RelayOptions } from "./relay-kind.ts";
import { type Usage, usageOf } from "./usage.ts";
import { until } from "./wait.ts";

/** A relay that serves on loopback. */
export class RelayProcess {
  readonly kind: RelayKind;
  readonly options: RelayOptions;
  readonly program: Program;

  private constructor(kind: RelayKind, options: RelayOptions) {
    this.kind = kind;
    this.options = options;
    this.program = new Program(`${kind.name}:${options.port}`, kind.command(options));
  }

  /**
   * Starts a relay and waits until it answers.
   *
   * @param options ports that are not given are chosen.
   * @throws with the relay's log when it ends or says nothing.
   */
  static async start(kind: RelayKind, options: Partial<RelayOptions> = {}): Promise<RelayProcess> {
    const port = options.port ?? (await freePort());
    const internalPort = options.internalPort ?? (await freePort());
    const relay = new RelayProcess(kind, { ...options, port, internalPort });
    try {
      await Promise.race([until(`${kind.name} on port ${port}`, () => relay.#answers()), relay.#ended()]);
    } catch (error) {
      await relay.stop("SIGKILL");
      throw new Error(`${(error as Error).message}\n${relay.log()}`, { cause: error });
    }
    return relay;
  }

  get port(): number {
    return this.options.port;
  }

  /** For clients that verify certificates by the hash they fetch, and for WebSocket without TLS. */
  get httpUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** For clients that are told not to verify. */
  get httpsUrl(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  usage(): Usage {
    return usageOf(this.program.pid);
  }

  /** The sum of the series of a counter or gauge in /metrics that have these labels. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const response = await fetch(`http://127.0.0.1:${this.options.internalPort}/metrics`);
    if (!response.ok) throw new Error(`/metrics of ${this.program.name}: ${response.status}`);
    return metricSum(await response.text(), name, labels);
  }

  log(): string {
    return this.program.lines.join("\n");
  }

  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | string> {
    return this.program.stop(signal);
  }

  /** Ends it with `signal` and starts it again with the same options. */
  async restart(signal: NodeJS.Signals = "SIGTERM"): Promise<RelayProcess> {
    await this.stop(signal);
    return RelayProcess.start(this.kind, this.options);
  }

  async #answers(): Promise<boolean> {
    const response = await fetch(`${this.httpUrl}/certificate.sha256`);
    // Without QUIC there is no certificate to tell, and the relay answers all the same.
    const text = await response.text();
    return (response.ok && /^\s*[0-9a-f]{64}\s*$/i.test(text)) || /no QUIC here/.test(text);
  }

  async #ended(): Promise<never> {
    throw new Error(`${this.program.name} ended with ${await this.program.exited}`);
  }
}
