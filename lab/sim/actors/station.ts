import { below, type Path } from "@moq-relay/protocol/model";
import type { Announcer, Cancel } from "@moq-relay/protocol/session";
import type { SimWorld } from "../world/world.ts";
import { Client, type ClientSpec } from "./client.ts";

/** A client that announces many broadcasts by one session, and never has a frame of any. */
export class Station extends Client {
  readonly #paths = new Set<Path>();
  /** Who listens, and below which prefix. */
  readonly #announcers = new Map<Announcer, Path>();

  constructor(world: SimWorld, spec: ClientSpec, paths: Iterable<Path>) {
    super(world, spec);
    for (const path of paths) this.#paths.add(path);
  }

  add(path: Path): void {
    this.#paths.add(path);
    this.#tell(path, (announcer, suffix) => announcer.start(suffix, OFFER));
  }

  end(path: Path): void {
    if (this.#paths.delete(path)) this.#tell(path, (announcer, suffix) => announcer.end(suffix));
  }

  override onListen(prefix: Path, announcer: Announcer): Cancel {
    const suffixes = [...this.#paths].flatMap((path) => below(prefix, path) ?? []);
    announcer.begin(suffixes.map((suffix) => ({ suffix, offer: OFFER })));
    this.#announcers.set(announcer, prefix);
    return () => this.#announcers.delete(announcer);
  }

  #tell(path: Path, tell: (announcer: Announcer, suffix: Path) => void): void {
    for (const [announcer, prefix] of this.#announcers) {
      const suffix = below(prefix, path);
      if (suffix !== undefined) tell(announcer, suffix);
    }
  }

  protected override begin(): void {}

  protected override ended(): void {
    this.#announcers.clear();
  }
}

const OFFER = { hops: [], warm: 0, cold: 0 };
