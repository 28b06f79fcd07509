import { resolve } from "node:path";
import { type Command, Program } from "../../process/program.ts";
import type { Answer, Calls } from "./calls.ts";

/** How long a call may take, milliseconds: everything is on loopback, but the machine may be slow. */
const PATIENCE = 8_000;

/** What was asked for is not in the client at all. */
export class ClientLacks extends Error {}

/** A client in a process of its own, seen from here. */
export class Agent {
  readonly program: Program;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #calls = 0;

  constructor(name: string, command: Command) {
    this.program = new Program(name, { ...command, input: true });
    this.program.onLine((line) => this.#note(line));
    this.program.exited.then((how) => {
      for (const [id, answer] of this.#waiting) answer({ id, error: `the client's process ended (${how})` });
    }, console.error);
  }

  /**
   * An npm package, by the name under which it is installed.
   *
   * @param video the file of a video that its frames are; absent: numbered frames.
   */
  static npm(module: string, transport: string, video?: string): Agent {
    const args = [resolve(import.meta.dirname, "npm-agent.ts"), module, transport];
    if (video !== undefined) args.push(video);
    return new Agent(`${module} ${transport}`, { file: process.execPath, args });
  }

  /**
   * Has the client do something.
   *
   * @throws ClientLacks when the client has no such thing; an Error with the client's words when it fails or takes longer
   *   than `patience` milliseconds.
   */
  async call<Name extends keyof Calls>(
    call: Name,
    ask: Calls[Name]["ask"],
    patience: number = PATIENCE,
  ): Promise<Calls[Name]["answer"]> {
    const id = this.#calls++;
    const answer = await new Promise<Answer>((resolve) => {
      const late = setTimeout(() => resolve({ id, error: `${call}: not within ${patience} ms` }), patience);
      this.#waiting.set(id, (answer) => {
        clearTimeout(late);
        resolve(answer);
      });
      if (this.program.ended) this.#waiting.get(id)?.({ id, error: "the client's process has ended" });
      else this.program.send(JSON.stringify({ id, call, ask }));
    });
    this.#waiting.delete(id);
    if (!("error" in answer)) return answer.answer as Calls[Name]["answer"];
    throw answer.lacking === true ? new ClientLacks(answer.error) : new Error(answer.error);
  }

  async stop(): Promise<void> {
    await this.program.stop("SIGKILL");
  }

  #note(line: string): void {
    if (!line.startsWith('{"id":')) return;
    const answer = JSON.parse(line) as Answer;
    this.#waiting.get(answer.id)?.(answer);
  }
}
