import { resolve } from "node:path";
import { Program } from "../process/program.ts";
import { GENEROUS, until } from "../process/wait.ts";
import type { Feed, NpmClientEvent, NpmClientSettings } from "./npm-client-settings.ts";

const PROGRAM = resolve(import.meta.dirname, "npm-client-program.ts");

type EventOf<Name extends NpmClientEvent["event"]> = Extract<NpmClientEvent, { event: Name }>;

/** What is common to a publisher and a subscriber in a process of their own. */
export class NpmClient {
  readonly settings: NpmClientSettings;
  readonly program: Program;
  /** All that it told, oldest first; progress only the newest. */
  readonly events: NpmClientEvent[] = [];
  /** The newest progress of each instance. */
  readonly progress: Map<number, EventOf<"progress">> = new Map();

  constructor(settings: NpmClientSettings) {
    this.settings = settings;
    const name = `${settings.module} ${settings.role} ${settings.binding} ${settings.broadcast}`;
    const args = [PROGRAM, JSON.stringify(settings)];
    this.program = new Program(name, { file: process.execPath, args, input: true });
    this.program.onLine((line) => this.#note(line));
  }

  /**
   * Waits for an event.
   *
   * @throws when it does not come in time, with what the client told instead.
   */
  async told<Name extends NpmClientEvent["event"]>(
    name: Name,
    matches: (event: EventOf<Name>) => boolean = () => true,
    timeout: number = GENEROUS,
  ): Promise<EventOf<Name>> {
    const isIt = (event: NpmClientEvent): event is EventOf<Name> =>
      event.event === name && matches(event as EventOf<Name>);
    try {
      return await until(`${name} of ${this.program.name}`, () => this.events.find(isIt), timeout, 10);
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.program.lines.slice(-30).join("\n")}`, { cause: error });
    }
  }

  /** What went wrong in it, by its own account. */
  errors(): string[] {
    return this.events.flatMap((event) => (event.event === "error" ? [event.message] : []));
  }

  async kill(): Promise<void> {
    await this.program.stop("SIGKILL");
  }

  #note(line: string): void {
    if (!line.startsWith('{"event":')) return;
    const event = JSON.parse(line) as NpmClientEvent;
    if (event.event === "progress") this.progress.set(event.ledger.instance, event);
    else this.events.push(event);
  }
}

/** Publishes numbered frames. */
export class NpmPublisher extends NpmClient {
  constructor(settings: Omit<NpmClientSettings, "role" | "feed">, feed: Feed) {
    super({ ...settings, role: "publish", feed });
  }

  /** Ends the feed after its group, and keeps the session. Returns the number of the last group. */
  async finish(): Promise<number> {
    this.program.send("stop");
    return (await this.told("published")).lastGroup;
  }

  /** Closes the session. */
  async close(): Promise<void> {
    await this.program.stop();
  }
}

/** Subscribes, and keeps book of what comes. */
export class NpmSubscriber extends NpmClient {
  constructor(settings: Omit<NpmClientSettings, "role" | "feed">) {
    super({ ...settings, role: "subscribe" });
  }

  /** Waits until a whole group, `group` or a later one, of this instance came. */
  async reaches(instance: number, group: number, timeout: number = GENEROUS): Promise<EventOf<"progress">> {
    const what = `group ${group} of instance ${instance} at ${this.program.name}`;
    try {
      return await until(
        what,
        () => {
          const progress = this.progress.get(instance);
          return progress !== undefined && progress.ledger.lastGroup >= group && progress.ledger.complete && progress;
        },
        timeout,
        50,
      );
    } catch (error) {
      const last = JSON.stringify(this.progress.get(instance)) ?? "nothing";
      throw new Error(`${what}: not in time; it has ${last}\n${this.program.lines.slice(-30).join("\n")}`, {
        cause: error,
      });
    }
  }

  /** Leaves: unsubscribes and closes the session. */
  async leave(): Promise<void> {
    this.program.send("stop");
    await this.program.stop("SIGTERM");
  }
}

/** Looks around without publishing: what there is, or whether a broadcast can be had at once. */
export class NpmVisitor extends NpmClient {
  /** What came and has not gone, relative to the path that was asked. */
  listed(): string[] {
    const there = new Set<string>();
    for (const event of this.events) {
      if (event.event !== "listed") continue;
      if (event.active) there.add(event.path);
      else there.delete(event.path);
    }
    return [...there].sort();
  }
}
