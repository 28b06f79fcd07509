import type { Row } from "./cell.ts";
import { knownGood, npmRows } from "./npm-rows.ts";
import { Relays } from "./relays.ts";

/** How many clients are looked at at a time. */
const AT_ONCE = 3;

/** The rows of the npm packages. */
export async function tryNpm(): Promise<Row[]> {
  const relays = new Relays();
  const known = knownGood();
  try {
    return await npmRows(relays, known, AT_ONCE);
  } finally {
    await known.stop();
    await relays.stop();
  }
}
