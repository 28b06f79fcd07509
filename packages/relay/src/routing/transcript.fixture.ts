/**
 * Readable test cases: a file of blocks, each some commands, a line `----`, and what they printed. Lines that begin with `#`
 * are remarks. A command is words, of which some are `key=value`. The tests write the files anew with UPDATE=1 in the environment;
 * a change of behaviour then shows as a difference of text.
 */
/** One line of a transcript. */
export interface Command {
  readonly verb: string;
  /** The words without "=". */
  readonly words: readonly string[];
  readonly values: ReadonlyMap<string, string>;
}

/** Carries out commands and gives back the lines that they print. One for each file. */
export type Script = (command: Command) => readonly string[];

/** The text again, with what the commands print now. */
export function transcribe(text: string, script: Script): string {
  const blocks = text.trim().split(/\n{2,}/);
  return `${blocks.map((block) => transcribeBlock(block, script)).join("\n\n")}\n`;
}

function transcribeBlock(block: string, script: Script): string {
  const lines = block.split("\n");
  const end = lines.indexOf("----");
  const input = end === -1 ? lines : lines.slice(0, end);
  const commands = input.filter((line) => !line.startsWith("#"));
  if (commands.length === 0) return block;
  const output = commands.flatMap((line) => script(parse(line)));
  return [...input, "----", ...(output.length > 0 ? output : ["ok"])].join("\n");
}

function parse(line: string): Command {
  const [verb = "", ...rest] = line.split(/\s+/);
  const values = new Map<string, string>();
  for (const word of rest) {
    const at = word.indexOf("=");
    if (at > 0) values.set(word.slice(0, at), word.slice(at + 1));
  }
  return { verb, words: rest.filter((word) => !word.includes("=")), values };
}
