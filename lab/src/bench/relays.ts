import { ourRelay } from "../process/our-relay.ts";
import type { RelayKind } from "../process/relay-kind.ts";
import { rustRelay } from "../process/rust-relay.ts";

/** The relays that can be measured here, side by side; says which one cannot, and why. */
export function relaysToMeasure(): RelayKind[] {
  return [ourRelay, rustRelay].filter((kind) => {
    const missing = kind.missing();
    if (missing !== undefined) console.log(`without ${kind.name}: ${missing}`);
    return missing === undefined;
  });
}
