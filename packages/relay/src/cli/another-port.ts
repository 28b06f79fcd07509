import { describeSource, type RelayConfig } from "../config/index.ts";

/** How far away the proposed port is: beyond the neighbours, which other nodes of a small cluster have. */
const AWAY = 10;

/** How this process was started. */
export interface CommandLine {
  /** The arguments after the program's name. */
  readonly argv: readonly string[];
  /** By `npm start`, which takes them behind two dashes. */
  readonly npmStart: boolean;
}

/**
 * How to start the same relay when `port` is taken: in development mode, or where the port is on the command line, the
 * whole line to type; else where to change it.
 */
export function onAnotherPort(port: number, config: RelayConfig, { argv, npmStart }: CommandLine): string {
  const other = port + AWAY;
  const program = npmStart ? "npm start --" : "npx moq-relay";
  const ending = new RegExp(`(^|[:=])${port}$`);
  const replaced = argv.map((word, i) => (isOfOthers(argv, i) ? word : word.replace(ending, `$1${other}`)));
  const changed = replaced.some((word, i) => word !== argv[i]);
  if (changed) return `${program} ${replaced.map(quoted).join(" ")}`;
  if (config.development) return [program, "--dev", other, ...argv.map(quoted)].join(" ");
  const path = config.web.http.listen?.port === port ? "web.http.listen" : "listen.bind";
  const source = config.sources.get(path);
  return `change the port ${source === undefined ? "with --listen" : `where it is set: ${describeSource(source)}`}`;
}

/** Whether a word of the command line is the address of another relay. */
function isOfOthers(argv: readonly string[], at: number): boolean {
  const flags = /^--cluster-(root|connect)\b/;
  return flags.test(argv[at] ?? "") || flags.test(argv[at - 1] ?? "");
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
