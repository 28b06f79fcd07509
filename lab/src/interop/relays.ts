import type { VersionName } from "@moq-relay/protocol/wire";
import { ourRelay } from "../process/our-relay.ts";
import { RelayProcess } from "../process/relay-process.ts";

/** Relays that speak some versions only, each started when it is needed first. */
export class Relays {
  readonly #started = new Map<string, Promise<RelayProcess>>();

  /**
   * A relay that speaks these versions; none: all that it can.
   *
   * @throws with the relay's own words when it does not serve one of them.
   */
  get(...versions: readonly VersionName[]): Promise<RelayProcess> {
    const key = versions.join();
    let relay = this.#started.get(key);
    if (relay === undefined) {
      const flags = versions.flatMap((version) => ["--listen-version", version]);
      relay = RelayProcess.start(ourRelay, { flags });
      relay.catch(() => {});
      this.#started.set(key, relay);
    }
    return relay;
  }

  async stop(): Promise<void> {
    const relays = await Promise.allSettled(this.#started.values());
    await Promise.all(relays.map((relay) => relay.status === "fulfilled" && relay.value.stop()));
  }
}

/** The relay's reason not to start, in a line. */
export function notServed(version: VersionName, error: Error): string {
  const said = error.message.split("\n").find((line) => line.includes(version));
  return said === undefined ? `the relay did not start: ${firstLine(error.message)}` : `not served yet: ${said.trim()}`;
}

/** The first line of a text, which may be a whole log. */
export function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}
