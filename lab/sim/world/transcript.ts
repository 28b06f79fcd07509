/** What happened, line by line, for people and for comparing two runs. */
export class Transcript {
  readonly #lines: string[] = [];
  readonly #echo: boolean;
  #digest = 0x811c9dc5;

  /** @param echo prints each line as it comes. */
  constructor(echo = false) {
    this.#echo = echo;
  }

  /** @param at virtual milliseconds. */
  add(at: number, who: string, what: string): void {
    const line = `${at.toFixed(1).padStart(9)} ${who.padEnd(8)} ${what}`;
    this.#lines.push(line);
    for (let i = 0; i < line.length; i++) this.#digest = Math.imul(this.#digest ^ line.charCodeAt(i), 0x01000193);
    if (this.#echo) console.log(line);
  }

  last(count: number): string[] {
    return this.#lines.slice(-count);
  }

  get all(): readonly string[] {
    return this.#lines;
  }

  /** Differs where a single character does. */
  get digest(): string {
    return (this.#digest >>> 0).toString(16);
  }
}
