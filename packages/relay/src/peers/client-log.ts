import type { Clock, Path } from "@moq-relay/protocol/model";
import type { Session } from "@moq-relay/protocol/session";
import type { CloseInfo } from "@moq-relay/protocol/transport";

/** What is told of clients: of those who come, what they publish and watch, and of those who go. */
export interface ClientObserver {
  connected(session: Session): void;
  /** Perhaps more than once for a name. */
  publishes(session: Session, path: Path): void;
  watches(session: Session, path: Path): void;
  gone(session: Session, info: CloseInfo): void;
}

type Fields = Readonly<Record<string, string | number | undefined>>;

export interface ClientLogOptions {
  readonly clock: Clock;
  readonly say: (message: string, fields?: Fields) => void;
  /** Lines in a second; what is beyond them is counted, and the number is said when the second is over. */
  readonly maxLines: number;
  /** Names that are remembered, and said, for one client in each direction. */
  readonly maxNames: number;
}

interface Client {
  readonly since: number;
  readonly publishes: Set<Path>;
  readonly watches: Set<Path>;
}

const BINDINGS: Readonly<Record<string, string>> = {
  quic: "QUIC",
  webtransport: "WebTransport",
  websocket: "WebSocket",
};
const SECOND = 1_000;

/** Says in plain words what clients do, once each, and never so much that a busy relay's log is nothing else. */
export class ClientLog implements ClientObserver {
  readonly #options: ClientLogOptions;
  readonly #clients = new Map<number, Client>();
  #said = 0;
  #leftOut = 0;
  #counting = false;

  constructor(options: ClientLogOptions) {
    this.#options = options;
  }

  connected({ id, version, connection }: Session): void {
    this.#clients.set(id, { since: this.#options.clock.now(), publishes: new Set(), watches: new Set() });
    const { binding, remote } = connection.info;
    this.#say(`client ${id} connected`, { binding: BINDINGS[binding] ?? binding, version, from: remote });
  }

  publishes({ id }: Session, path: Path): void {
    this.#name(this.#clients.get(id)?.publishes, path, `client ${id} publishes ${path}`);
  }

  watches({ id }: Session, path: Path): void {
    this.#name(this.#clients.get(id)?.watches, path, `client ${id} watches ${path}`);
  }

  gone({ id }: Session, { by, reason }: CloseInfo): void {
    const client = this.#clients.get(id);
    if (client === undefined || !this.#clients.delete(id)) return;
    const seconds = Math.round((this.#options.clock.now() - client.since) / SECOND);
    const how = { local: "the relay ended it", peer: "it said goodbye", lost: "it fell silent or was cut off" }[by];
    this.#say(`client ${id} is gone after ${seconds} s`, { how, reason: reason || undefined });
  }

  #name(known: Set<Path> | undefined, path: Path, message: string): void {
    if (known === undefined || known.has(path) || known.size >= this.#options.maxNames) return;
    known.add(path);
    this.#say(message);
  }

  #say(message: string, fields?: Fields): void {
    if (!this.#counting) {
      this.#counting = true;
      this.#options.clock.after(SECOND, () => this.#endSecond());
    }
    this.#said += 1;
    if (this.#said > this.#options.maxLines) this.#leftOut += 1;
    else this.#options.say(message, fields);
  }

  #endSecond(): void {
    if (this.#leftOut > 0) this.#options.say(`${this.#leftOut} more lines about clients in this second`);
    this.#said = 0;
    this.#leftOut = 0;
    this.#counting = false;
  }
}
