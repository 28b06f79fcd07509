import { parseArgs } from "node:util";
import type { BroadcastList, Explanation, NodeList } from "../admin/index.ts";
import type { Sources } from "../config/index.ts";
import { askRelay } from "./ask-relay.ts";
import { EXIT } from "./failure.ts";
import { findRelay } from "./find-relay.ts";
import { showBroadcasts } from "./show-broadcasts.ts";
import { showExplanation } from "./show-explanation.ts";
import { showNodes } from "./show-nodes.ts";

/** What comes of a command that ends by itself. */
export interface Answered {
  readonly out?: string;
  readonly error?: string;
  readonly code: 0 | 1 | 2;
}

/** A question to a relay that runs. */
interface Question {
  /** Words behind the command, at least and at most. */
  readonly words: readonly [number, number];
  readonly page: (word: string) => string;
  readonly show: (answer: never) => string;
  /** Whether what was asked for is there; default: always. */
  readonly found?: (answer: never) => boolean;
}

const QUESTIONS: Readonly<Record<string, Question>> = {
  explain: {
    words: [1, 1],
    page: (broadcast) => `explain${segments(broadcast)}`,
    show: (answer: Explanation) => showExplanation(answer, Date.now()),
    found: ({ found }: Explanation) => found,
  },
  ls: {
    words: [0, 1],
    page: (prefix) => `broadcasts${segments(prefix)}`,
    show: (answer: BroadcastList) => showBroadcasts(answer),
  },
  nodes: { words: [0, 0], page: () => "nodes", show: (answer: NodeList) => showNodes(answer, Date.now()) },
};

const USAGE = `Asks a relay that runs, at its internal listener.

  moq-relay explain BROADCAST    who has a broadcast, by which way it comes, why not by the others, who reads it
  moq-relay ls [PREFIX]          the broadcasts of the cluster at and below PREFIX
  moq-relay nodes                the nodes of the cluster and how they are; ask a root to hear of all

  --at WHERE                     a URL, HOST:PORT, or the relay's configuration file
  --internal-listen ADDR:PORT    as the relay itself was given; or MOQ_INTERNAL_LISTEN [127.0.0.1:9090]
  --json                         the whole answer, for programs

Exit codes: 0 answered, 1 nobody has it or nobody answers, 2 not asked rightly.
`;

const OPTIONS = {
  at: { type: "string" },
  "internal-listen": { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Whether the command line asks a relay that runs. A configuration file of such a name is `./ls`. */
export function isQuestion([command = ""]: readonly string[]): boolean {
  return Object.hasOwn(QUESTIONS, command);
}

/** Asks what the command line says, and gives what is to be printed. */
export async function answerQuestion(sources: Sources): Promise<Answered> {
  const [command = "", ...argv] = sources.argv;
  const question = QUESTIONS[command]!;
  const line = parse(argv);
  if (typeof line === "string") return wrong(line);
  if (line.values.help) return { out: USAGE, code: EXIT.ok };
  const { positionals, values } = line;
  const [least, most] = question.words;
  if (positionals.length < least) return wrong(`${command} needs a broadcast: moq-relay ${command} room/alice`);
  if (positionals.length > most) return wrong(`too much: ${positionals.slice(most).join(" ")}`);
  const place = findRelay({ at: values.at, listen: values["internal-listen"], command: sources.argv }, sources);
  if ("error" in place) return { error: place.error, code: EXIT.configuration };
  const answer = await askRelay(place, question.page(positionals[0] ?? ""));
  if ("error" in answer) return { error: answer.error, code: EXIT.failed };
  const out = values.json ? `${JSON.stringify(answer.json, null, 2)}\n` : question.show(answer.json as never);
  return { out, code: question.found?.(answer.json as never) === false ? EXIT.failed : EXIT.ok };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    return (error as Error).message.split("\n")[0]!.replace(/\. To specify .*/, "");
  }
}

function wrong(what: string): Answered {
  return { error: `moq-relay: ${what}\n\n${USAGE}`, code: EXIT.configuration };
}

function segments(path: string): string {
  return path
    .split("/")
    .filter(Boolean)
    .map((segment) => `/${encodeURIComponent(segment)}`)
    .join("");
}
