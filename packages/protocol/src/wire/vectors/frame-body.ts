import fc from "fast-check";
import { encodeFrameHeader, type FrameFormat } from "../lite/index.ts";
import { Writer } from "../writer.ts";
import { record } from "./arbitraries.ts";

export interface Frame {
  readonly timestamp: number;
  readonly payload: Uint8Array;
}

/** The frames of a group, with payloads of at most 200 bytes. */
export const frames: fc.Arbitrary<Frame[]> = fc.array(
  record<Frame>({
    timestamp: fc.oneof(fc.nat(100_000), fc.maxSafeNat(), fc.constantFrom(0, Number.MAX_SAFE_INTEGER)),
    payload: fc.uint8Array({ maxLength: 200 }),
  }),
  { maxLength: 20 },
);

/** The frames as they stand on a group stream. */
export function bodyOf(sent: readonly Frame[], format: FrameFormat): Uint8Array {
  const writer = new Writer();
  let previous = 0;
  for (const { timestamp, payload } of sent) {
    encodeFrameHeader(writer, { delta: timestamp - previous, length: payload.length }, format);
    writer.raw(payload);
    previous = timestamp;
  }
  return writer.copy();
}
