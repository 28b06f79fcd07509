import { otherRelay, ourRelay } from "../process/our-relay.ts";
import type { RelayKind } from "../process/relay-kind.ts";
import { rustRelay } from "../process/rust-relay.ts";

/** The relays that can be measured here, side by side; says which one cannot, and why. Another checkout where one is named. */
export function relaysToMeasure(): RelayKind[] {
  const other = process.env.MOQ_OTHER_CHECKOUT === undefined ? [] : [otherRelay];
  return [ourRelay, ...other, rustRelay].filter((kind) => {
    const missing = kind.missing();
    if (missing !== undefined) console.log(`without ${kind.name}: ${missing}`);
    return missing === undefined;
  });
}
