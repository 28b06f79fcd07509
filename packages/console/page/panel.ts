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
    this.element.append(heading, picture, this.#list(facts));
    this.state = "connecting";
  }

  /** "connecting", "waiting", "live", "disconnected", "failed". */
  set state(state: string) {
    this.element.dataset.state = state;
    this.#state.textContent = state;
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
