import { joinPath, type Path } from "@moq-relay/protocol/model";
import { SECRET } from "../world/node-config.ts";
import type { SimWorld } from "../world/world.ts";
import { Client, type ClientSpec } from "./client.ts";

export interface ListenerSpec extends ClientSpec {
  readonly prefix: Path;
}

/** A client that keeps the list of what is announced, and minds what may not be said (I9). */
export class Listener extends Client {
  declare readonly spec: ListenerSpec;
  /** What is announced now, absolute, and how often its route changed. */
  readonly live: Map<Path, number> = new Map();
  complete = false;
  /** Announcements that it was sent. */
  heard = 0;

  constructor(world: SimWorld, spec: ListenerSpec) {
    super(world, spec);
  }

  protected override begin(): void {
    const { prefix } = this.spec;
    this.session?.listen(prefix, {
      onComplete: () => {
        this.complete = true;
      },
      onStart: (suffix) => this.#start(this.#absolute(suffix)),
      onRestart: (suffix) => this.#restart(this.#absolute(suffix)),
      onEnd: (suffix) => this.#end(this.#absolute(suffix)),
      onClosed: () => this.world.violation("announce", this.name, "the answer to its announce request was ended"),
    });
  }

  protected override ended(): void {
    this.live.clear();
    this.complete = false;
  }

  #absolute(suffix: Path): Path {
    return joinPath(this.spec.root ?? "", joinPath(this.spec.prefix, suffix));
  }

  #start(path: Path): void {
    this.heard += 1;
    if (this.live.has(path)) this.world.violation("announce", this.name, `START of ${path}, which is live`);
    if (path.startsWith(SECRET) || path.startsWith("."))
      this.world.violation("I9", this.name, `was told of ${path}, which it may not know`);
    this.live.set(path, 0);
  }

  #restart(path: Path): void {
    this.heard += 1;
    const before = this.live.get(path);
    if (before === undefined) this.world.violation("announce", this.name, `RESTART of ${path}, which is not live`);
    this.live.set(path, (before ?? 0) + 1);
  }

  #end(path: Path): void {
    this.heard += 1;
    if (!this.live.delete(path)) this.world.violation("announce", this.name, `END of ${path}, which is not live`);
  }
}
