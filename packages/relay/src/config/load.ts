import { assemble } from "./assemble.ts";
import { cautions, check } from "./checks.ts";
import { DEVELOPMENT_PORT } from "./development.ts";
import { readEnvironment } from "./environment.ts";
import { readNamed } from "./file.ts";
import { readFlags } from "./flags.ts";
import type { Given, Reading } from "./given.ts";
import { inOrder, type Problem } from "./problem.ts";
import type { RelayConfig } from "./relay-config.ts";
import { resolve } from "./resolve.ts";

/** Everything that a configuration can come from. */
export interface Sources {
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Gives the text of a file; throws what `fs.readFileSync` throws. */
  readonly readText: (file: string) => string;
}

/** What the command line asks for, or why it cannot be had. */
export type Loaded =
  | { readonly kind: "help"; readonly all: boolean }
  | { readonly kind: "version" }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] }
  | {
      readonly kind: "run";
      readonly config: RelayConfig;
      /** The configuration file, undefined when there is none. */
      readonly file: string | undefined;
      /** It is only to be checked. */
      readonly check: boolean;
      /** Things that an operator should know and that stop nothing. */
      readonly warnings: readonly string[];
      readonly notes: readonly string[];
    };

/** Reads, checks and brings together all sources. Touches nothing but the one file. */
export function loadConfig(sources: Sources): Loaded {
  const line = readFlags(sources.argv);
  if (line.help !== undefined) return { kind: "help", all: line.help === "all" };
  if (line.version) return { kind: "version" };
  const readings: readonly Reading[] = [
    line,
    readEnvironment(sources.environment),
    ...(line.file === undefined ? [] : [readNamed(line.file, sources.readText)]),
  ];
  const given = readings.flatMap((reading) => reading.given);
  const resolved = resolve(given);
  const problems = [...readings.flatMap((reading) => reading.problems), ...resolved.problems];
  const alone = line.file === undefined && given.every(isLogging);
  const config = assemble(
    resolved.values,
    resolved.sources,
    line.development ?? (alone ? DEVELOPMENT_PORT : undefined),
  );
  // With values missing because they are wrong, what is said of the whole would mislead.
  if (problems.length === 0) problems.push(...check(config));
  if (problems.length > 0) return { kind: "refused", problems: inOrder(problems) };
  const warnings = [...readings.flatMap((reading) => reading.warnings), ...resolved.warnings, ...cautions(config)];
  return { kind: "run", config, file: line.file, check: line.check, warnings, notes: resolved.notes };
}

/**
 * The configuration of development mode: for tests, and for embedding.
 *
 * @param port for QUIC and for HTTP, on 127.0.0.1; with 0 the system chooses one for each.
 */
export function developmentConfig(port: number = DEVELOPMENT_PORT): RelayConfig {
  return assemble(new Map(), new Map(), port);
}

/** What is logged does not change what is served: with nothing else given, it is still development mode. */
function isLogging(given: Given): boolean {
  return given.entry.path.startsWith("log.");
}
