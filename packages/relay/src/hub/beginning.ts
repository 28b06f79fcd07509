import type { Reader } from "./reader.ts";
import type { Source } from "./source.ts";

/**
 * Whether groups before `sequence`, the first that is here, may be on their way to this reader: streams overtake each other,
 * and the publisher, who will say where it begins, has not said so yet (moq-lite-05 and -06, SUBSCRIBE_START).
 */
export function mayBeginEarlier({ request }: Reader, source: Source | undefined, sequence: number): boolean {
  if (!source || source.floor !== undefined || request.backlog === "latest") return false;
  return source.candidate.supplier.tellsStart && sequence > Math.max(request.startGroup, source.asked);
}
