// Loaded into a relay before its own code, with --expose-gc: on SIGUSR2 it collects what nobody uses and prints what is left.

process.on("SIGUSR2", async () => {
  // The second collection takes what the finalizers of the first let go.
  for (let round = 0; round < 2; round++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed, external } = process.memoryUsage();
  console.log(`memory ${JSON.stringify({ rss, heapUsed, external })}`);
});
