import type { Cursor } from "../cursor.ts";
import { WireError } from "../errors.ts";
import { MAX_PARAMETERS } from "../limits.ts";

/**
 * Passes over the parameters of the SETUP exchange: a count, and for each an id, where an even one has a varint for a value
 * and an odd one a length and bytes. None of them means anything to moq-lite.
 */
export function skipSetupParameters(cursor: Cursor): void {
  const count = cursor.varint("parameter count");
  if (count > MAX_PARAMETERS) throw new WireError("too-many-parameters", `${count} parameters`);
  for (let i = 0; i < count; i++) {
    const odd = (cursor.bigVarint("parameter id") & 1n) === 1n;
    if (odd) cursor.take("parameter", cursor.varint("parameter length"));
    else cursor.bigVarint("parameter");
  }
}
