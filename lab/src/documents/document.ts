import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../process/written-relay.ts";

/** The pages that tell people what to type. */
const PAGES = ["README.md", "ARCHITECTURE.md", "docs/**/*.md", "lab/README.md"];

/** A piece of a page that is set apart from its text. */
export interface Block {
  /** Of its first line, from 1. */
  readonly line: number;
  /** What stands behind the fence; "indented" where there is no fence. */
  readonly language: string;
  readonly lines: readonly string[];
}

/** A page in Markdown. */
export interface Document {
  /** Relative to the root of the checkout. */
  readonly file: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

/** All pages that people read, with their blocks of code. */
export function documents(): Document[] {
  const files = PAGES.flatMap((pattern) => globSync(pattern, { cwd: CHECKOUT })).sort();
  return files.map((file) => {
    const text = readFileSync(join(CHECKOUT, file), "utf8");
    return { file, text, blocks: blocksOf(text) };
  });
}

/**
 * The fenced and the indented blocks of a page. What is indented in a list would belong to the list; these pages have none
 * of that.
 */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; language: string; lines: string[] } | undefined;
  const close = () => {
    if (open !== undefined) blocks.push(open);
    open = undefined;
  };
  text.split("\n").forEach((content, at) => {
    const fence = /^```(.*)$/.exec(content);
    const fenced = open !== undefined && open.language !== "indented";
    if (fence !== null) {
      close();
      if (!fenced) open = { line: at + 2, language: fence[1]?.trim() ?? "", lines: [] };
    } else if (fenced) {
      open?.lines.push(content);
    } else if (content.startsWith("    ")) {
      open ??= { line: at + 1, language: "indented", lines: [] };
      open.lines.push(content.slice(4));
    } else {
      close();
    }
  });
  close();
  return blocks;
}

/** A command that a page tells people to type. */
export interface DocumentedCommand {
  /** File and line. */
  readonly where: string;
  readonly text: string;
}

/** The lines of a page that are commands: of what is indented or fenced as "sh", without the comment behind them. */
export function commandsOf({ file, blocks }: Document): DocumentedCommand[] {
  return blocks
    .filter(({ language }) => language === "indented" || language === "sh")
    .flatMap(({ line, lines }) =>
      lines.map((text, at) => ({ where: `${file}:${line + at}`, text: withoutComment(text) })),
    )
    .filter(({ text }) => text !== "");
}

function withoutComment(line: string): string {
  return line.replace(/(^|\s+)#\s.*$/, "").trim();
}
