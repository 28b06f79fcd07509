import { ourRelay } from "./our-relay.ts";
import type { RelayKind } from "./relay-kind.ts";
import { rustRelay } from "./rust-relay.ts";

const KINDS: Readonly<Record<string, RelayKind>> = { ours: ourRelay, rust: rustRelay };

/**
 * The relay that the tests start: this repository's, or the one that MOQ_LAB_RELAY names ("ours", "rust"). A test that
 * passes with the other relay, too, shows that it is the relay that is tested and not the test.
 */
export function relayUnderTest(): RelayKind {
  const name = process.env.MOQ_LAB_RELAY ?? "ours";
  const kind = KINDS[name];
  if (kind === undefined) throw new Error(`MOQ_LAB_RELAY is "${name}", known are ${Object.keys(KINDS).join(", ")}`);
  return kind;
}
