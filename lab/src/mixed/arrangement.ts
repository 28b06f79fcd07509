import type { RelayProcess } from "../process/relay-process.ts";
import type { ClusterSecret } from "./cluster-secret.ts";

/** Relays that stand and are joined: clients use the first two. One that is started again is another process. */
export interface Joined {
  /** Whose name in the table is "ours". */
  ours: RelayProcess;
  theirs: RelayProcess;
  readonly all: RelayProcess[];
}

/** One way to join relays of two generations. */
export interface Arrangement {
  /** A version of the Rust relay, as `--generation` names it. */
  readonly generation: string;
  readonly name: string;
  /** Only Rust relays: what fails here, too, is not for us to mend. */
  readonly control?: boolean;
  join(secret: ClusterSecret): Promise<Joined>;
}

/** URL of the relay on this port, for `--cluster-connect`. */
export function urlOf(port: number, query = ""): string {
  return `https://127.0.0.1:${port}/${query}`;
}
