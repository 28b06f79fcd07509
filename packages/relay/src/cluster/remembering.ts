import { joinPath, type Path } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";
import type { RouteTable, View } from "../routing/index.ts";
import type { Directory } from "./directory.ts";
import { addressIn, FIRST } from "./names.ts";
import type { Remembered } from "./remembered.ts";

export interface RememberingOptions {
  readonly table: RouteTable;
  readonly directory: Directory;
  readonly remembered: Remembered;
  /** Whether somebody stands in for the roots: he does not know who is only out of his reach. */
  readonly away: () => boolean;
  readonly onChange: () => void;
}

/** Remembers the members that are the first to stand in, as the directory tells, and forgets those that no longer are. */
export class Remembering {
  readonly #options: RememberingOptions;
  #complete = false;
  #release: Cancel | undefined;
  #stop: Cancel | undefined;

  constructor(options: RememberingOptions) {
    this.#options = options;
  }

  start(): void {
    const { table, directory, remembered, away, onChange } = this.#options;
    const told = (suffix: Path): void => {
      for (const address of this.#members(joinPath(FIRST, suffix))) remembered.add(address);
      onChange();
    };
    this.#stop = table.listen(FIRST, EVERYTHING, {
      begin: () => {},
      start: told,
      restart: told,
      end: (suffix) => {
        if (!away()) remembered.delete(addressIn(suffix) ?? "");
      },
    });
    this.#release = directory.ask(FIRST, (complete) => {
      this.#complete = complete;
      this.forget();
    });
  }

  /** Forgets whoever is not a member now, as far as that can be known. */
  forget(): void {
    const { remembered, away } = this.#options;
    if (this.#complete && !away()) remembered.replace(this.#members(FIRST));
  }

  stop(): void {
    this.#stop?.();
    this.#release?.();
  }

  /** Nodes that are told of at or below this name; not this one. */
  #members(under: Path): string[] {
    const told = this.#options.table.routes(under).filter(({ scope }) => scope !== "local");
    return told.flatMap(({ path }) => addressIn(path) ?? []);
  }
}

const EVERYTHING: View = { hop: 0n, link: -1, scope: "all", hidden: true, member: true };
