import type * as z from "zod";
import type { RelayConfig } from "./relay-config.ts";

/** The headings under which options are listed. */
export const GROUPS = ["Listen", "Connect", "Cluster", "Access", "Web", "QUIC", "Cache", "Log", "Limits"] as const;
export type Group = (typeof GROUPS)[number];

/** Older spellings of an option. All stay valid; none is listed in `--help`. */
export interface Older {
  /** Older TOML paths with the flag and the variable that follow from them: `server.bind`, `--server-bind`, `MOQ_SERVER_BIND`. */
  readonly paths?: readonly string[];
  /** Older flags with the variable that follows from them. */
  readonly flags?: readonly string[];
  readonly toml?: readonly string[];
  /** The older spellings are one for each direction, and both may be given if they say the same. */
  readonly perDirection?: true;
}

interface Named {
  /** TOML path in kebab case. Flag, variable and field follow from it. */
  readonly path: string;
  /** Where the flag does not follow from the path. */
  readonly flag?: string;
  readonly older?: Older;
}

/** An option that this version has. */
export interface Option<Item = unknown> extends Named {
  readonly state: "available";
  /** `toggle`: the flag needs no value. `list`: may be repeated, and split by commas outside of TOML. */
  readonly shape: "value" | "toggle" | "list";
  /** Of the value, or of one item of a list. */
  readonly type: z.ZodType<Item>;
  /** As an operator would write it; undefined for none. A list without a default is empty. */
  readonly default?: string | readonly string[];
  /** The default in development mode, where it is another; a function of the port where it follows from that. */
  readonly development?: string | readonly string[] | ((port: number) => string | undefined);
  /** What stands for the value in `--help`. */
  readonly placeholder?: string;
  /** One line, without a full stop; at most 53 characters with the default where it is not rare. */
  readonly help: string;
  /** More for the reference page, in sentences. */
  readonly more?: string;
  readonly group: Group;
  /** For few: in the reference, in `--help-all`, not in `--help`. */
  readonly rare?: true;
  /** An empty variable has a meaning (and does not count as unset). */
  readonly emptyCounts?: true;
}

/** An option of another relay, version or time: refused by name, or accepted with a warning. */
export interface Absent extends Named {
  /** `later`: refused. `gone`: accepted with a warning. */
  readonly state: "later" | "gone";
  readonly shape: "value" | "toggle";
  /** What to do instead: ends the sentence "… is not available in this version: ". */
  readonly advice: string;
  /** The value that turns it off: then it changes nothing, and is accepted. */
  readonly off?: boolean;
}

export type Entry = Option | Absent;

type Leaf = string | number | boolean | undefined | readonly unknown[] | { readonly text: string };
type Kebab<S extends string> = S extends `${infer Head}${infer Rest}`
  ? Head extends Lowercase<Head>
    ? `${Head}${Kebab<Rest>}`
    : `-${Lowercase<Head>}${Kebab<Rest>}`
  : S;
type Camel<S extends string> = S extends `${infer Head}-${infer Rest}` ? `${Head}${Capitalize<Camel<Rest>>}` : S;
type PathsOf<T, Prefix extends string = ""> = {
  [K in keyof T & string]: T[K] extends Leaf ? `${Prefix}${Kebab<K>}` : PathsOf<T[K], `${Prefix}${Kebab<K>}.`>;
}[keyof T & string];

/** The paths of all values in `RelayConfig`, limits excepted (their table is in `limits.ts`). */
export type ConfigPath = PathsOf<Omit<RelayConfig, "development" | "sources" | "limits">>;

/** The type of the value at a path. */
export type ValueAt<Path extends string, T = RelayConfig> = Path extends `${infer Head}.${infer Rest}`
  ? Camel<Head> extends keyof T
    ? ValueAt<Rest, T[Camel<Head>]>
    : never
  : Camel<Path> extends keyof T
    ? T[Camel<Path>]
    : never;

type ItemAt<Path extends string> =
  NonNullable<ValueAt<Path>> extends readonly (infer Item)[] ? Item : NonNullable<ValueAt<Path>>;

/** What a table says of one option: everything but the path, which is its key. */
export type Spec<Path extends string> = Omit<Option<ItemAt<Path>>, "path" | "state">;

/** The table of one section. The compiler refuses one that lacks a field of `RelayConfig` or gives it another type. */
export type Section<Name extends string> = {
  readonly [Path in Extract<ConfigPath, Name | `${Name}.${string}`>]: Spec<Path>;
};
