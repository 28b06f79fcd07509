import type { Path } from "@moq-relay/protocol/model";
import type { Cancel } from "@moq-relay/protocol/session";

/**
 * Who has what, in the whole cluster. What the directory learns goes into the route table; what this node has, it takes from
 * there. The roots are its first implementation; nothing above this interface may know which it is.
 */
export interface Directory {
  /** Whether there is anybody to ask now. */
  readonly reachable: boolean;
  /** Keeps all that the cluster has at and below `prefix` in the table, until the result is called. */
  listen(prefix: Path): Cancel;
  /**
   * As `listen`, for one broadcast that somebody wants.
   *
   * @param heard called with true when the table has all that the cluster has at this path (if it has nothing then, nobody
   *   has), and with false when that is in doubt again, because the directory cannot be reached.
   */
  ask(path: Path, heard: (complete: boolean) => void): Cancel;
}
