/** Send orders are compared in steps of this size first. */
const COARSE = 2 ** 44;

/** How many fine steps are told apart within a coarse one. */
const FINE = 2 ** 21;

/** Highest coarse step. */
const MAX_COARSE = 2 ** 9 - 1;

/**
 * The 31-bit priority of a stream for its send order, which may use all 53 bits of a number. Order is kept: a higher send
 * order never has a lower priority. Small numbers, and small differences from multiples of 2^44 (how MoQ libraries pack
 * two ranks), are told apart exactly; others may tie.
 */
export function priorityOf(sendOrder: number | bigint | null | undefined): number {
  const order = Number(sendOrder ?? 0);
  if (Number.isNaN(order)) return 0;
  const size = Math.min(Math.abs(order), Number.MAX_SAFE_INTEGER);
  const coarse = Math.min(Math.floor(size / COARSE), MAX_COARSE);
  const fine = Math.min(Math.trunc(size - coarse * COARSE), FINE - 1);
  const rank = coarse * FINE + fine;
  return order < 0 ? -rank : rank;
}
