/** The facts that a panel shows below its picture. */
export type Fact = "node" | "transport" | "version" | "source" | "latency" | "pictures";

const LABELS: Record<Fact, string> = {
  node: "Node",
  transport: "Transport",
  version: "Protocol",
  source: "Source",
  latency: "Latency",
  pictures: "Pictures",
};

/**
 * One half of the page: a heading with the state, a picture, and a list of facts. State and facts are also in `data-`
 * attributes, where scripts can read them.
 */
export class Panel {
  readonly element: HTMLElement;
  readonly #state: HTMLElement;
  readonly #explanation = document.createElement("p");
  readonly #controls = document.createElement("p");
  readonly #facts = new Map<Fact, HTMLElement>();

  constructor(id: string, title: string, picture: HTMLElement, facts: readonly Fact[]) {
    this.element = document.createElement("section");
    this.element.id = id;
    this.element.className = "panel";
    const heading = document.createElement("h2");
    heading.textContent = title;
    this.#state = document.createElement("span");
    this.#state.className = "state";
    this.#state.setAttribute("role", "status");
    heading.append(this.#state);
    this.#explanation.className = "explanation";
    this.#controls.className = "controls";
    this.element.append(heading, picture, this.#explanation, this.#controls, this.#list(facts));
    this.state = "connecting";
  }

  /** "connecting", "waiting", "live", "disconnected", "unreachable", "stopped", "failed". */
  get state(): string {
    return this.element.dataset.state ?? "";
  }

  /** What was explained of the state before is forgotten. */
  set state(state: string) {
    this.element.dataset.state = state;
    this.#state.textContent = state;
    this.explain("");
  }

  /** Says below the picture what the state means, or what to do. */
  explain(text: string): void {
    this.#explanation.textContent = text;
  }

  /** Adds a button below the picture. */
  control(button: HTMLButtonElement): void {
    this.#controls.append(button);
  }

  /** Shows `text` for a fact. */
  show(fact: Fact, text: string): void {
    this.element.dataset[fact] = text;
    const cell = this.#facts.get(fact);
    if (cell !== undefined && cell.textContent !== text) cell.textContent = text;
  }

  #list(facts: readonly Fact[]): HTMLElement {
    const list = document.createElement("dl");
    list.className = "facts";
    for (const fact of facts) {
      const term = document.createElement("dt");
      term.textContent = LABELS[fact];
      const value = document.createElement("dd");
      value.textContent = "–";
      list.append(term, value);
      this.#facts.set(fact, value);
    }
    return list;
  }
}
