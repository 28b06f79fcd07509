import fc from "fast-check";

/** What chance hangs on in this process; MOQ_LAB_SEED repeats a run. */
export const SEED: number = Number(process.env.MOQ_LAB_SEED ?? Date.now() % 1_000_000);

/** The items in an order that follows from the seed and from the name of what they are ordered for. */
export function randomOrder<T>(items: readonly T[], what: string, seed: number = SEED): T[] {
  const own = [...what].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, seed);
  const orders = fc.shuffledSubarray([...items], { minLength: items.length });
  return fc.sample(orders, { seed: own, numRuns: 1 })[0] as T[];
}
