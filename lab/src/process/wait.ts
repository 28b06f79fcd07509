/** How long something may take before a test or bench gives up on it, milliseconds. */
export const GENEROUS = 30_000;

/**
 * Polls until `probe` gives something.
 *
 * @param what named in the error.
 * @param probe undefined or false: not yet. What it throws is not yet, either.
 * @returns the first thing that `probe` gave.
 * @throws after `timeout` milliseconds, with the last thing that `probe` threw as the cause.
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeout: number = GENEROUS,
  interval = 20,
): Promise<T> {
  const deadline = performance.now() + timeout;
  let cause: unknown;
  do {
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await pause(interval);
  } while (performance.now() < deadline);
  throw new Error(`${what}: not within ${timeout} ms`, { cause });
}

/** Rejects when `promise` has not settled after `timeout` milliseconds. */
export async function within<T>(what: string, promise: Promise<T>, timeout: number = GENEROUS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${timeout} ms`)), timeout);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
