/** Tries of one shrinking: enough for inputs of some hundred bytes, and over in seconds. */
const MOST_TRIES = 3_000;

/** A smaller input that still fails, as far as leaving out and zeroing bytes gets. */
export async function shrink(
  input: Uint8Array,
  fails: (candidate: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let tries = 0;
  let best: Uint8Array = input.slice();
  const better = async (candidate: Uint8Array): Promise<boolean> => {
    if (tries++ >= MOST_TRIES || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let before = -1; before !== tries && tries < MOST_TRIES; ) {
    before = tries;
    let smaller = false;
    for (let size = Math.max(1, best.length >> 1); size >= 1; size >>= 1) {
      for (let at = 0; at + size <= best.length; ) {
        const left = new Uint8Array(best.length - size);
        left.set(best.subarray(0, at));
        left.set(best.subarray(at + size), at);
        if (await better(left)) smaller = true;
        else at += size;
      }
    }
    for (let at = 0; at < best.length; at++) {
      if (best[at] === 0) continue;
      const zeroed = best.slice();
      zeroed[at] = 0;
      if (await better(zeroed)) smaller = true;
    }
    if (!smaller) break;
  }
  return best;
}
