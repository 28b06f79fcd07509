/** One thing that is wrong with the configuration. */
export interface Problem {
  /** Flag, variable, or `file:line: key`. */
  readonly where: string;
  /** What is wrong, and what would be right: a sentence without the full stop. */
  readonly what: string;
  /** The line, where it is in a file. */
  readonly line?: number;
}

/** Problems as they are best mended: first those of the command line and the environment, then down the file. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/** The problems as an operator reads them, all at once. */
export function describeProblems(problems: readonly Problem[]): string {
  const lines = problems.map((problem) => `  ${problem.where}: ${problem.what}`);
  const heading = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`moq-relay: ${heading} in the configuration, nothing was started:`, ...lines, ""].join("\n");
}

/** Something in the configuration turned out to be wrong only when it was used: an unreadable key, a port in use. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map((problem) => `${problem.where}: ${problem.what}`).join("; "));
    this.problems = problems;
  }
}
