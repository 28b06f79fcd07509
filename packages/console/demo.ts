/**
 * `npm run demo`: a root and two nodes on loopback, and a page that publishes at one node and plays from the other.
 * Ctrl-C ends all of it. `--port-base N` takes other ports.
 */
import { buildPage, type DemoPorts, DemoRelay, demoPorts, elsewhere, PortTaken, pageAddress } from "./src/index.ts";

let signal: NodeJS.Signals = "SIGTERM";
process.exitCode = await demo();
process.exit();

async function demo(): Promise<number> {
  let ports: DemoPorts;
  try {
    ports = demoPorts(process.argv.slice(2));
  } catch (error) {
    console.error(`demo: ${(error as Error).message}`);
    return 2;
  }
  const asked = signalled();
  const relays: DemoRelay[] = [];
  try {
    // Before the relays: one that starts without the page serves none.
    await Promise.race([buildPage().then(() => serve(ports, relays)), asked]);
    return 0;
  } catch (error) {
    const hint = error instanceof PortTaken ? `, perhaps by another demo. Try: ${elsewhere(ports)}` : "";
    console.error(`demo: ${(error as Error).message}${hint}`);
    return 1;
  } finally {
    await Promise.all(relays.map((relay) => relay.stop(signal)));
  }
}

/** Runs the relays, and says where the page is. Rejects when one of them ends. */
async function serve({ root, first, second }: DemoPorts, relays: DemoRelay[]): Promise<never> {
  const entry = new DemoRelay("first node", first, root);
  const exit = new DemoRelay("second node", second, root);
  relays.push(new DemoRelay("root", root), entry, exit);
  await Promise.all(relays.map((relay) => relay.ready()));
  for (const { name, url } of relays) console.log(`${name.padEnd(12)} ${url}`);
  const page = pageAddress(new URL(entry.url), { publish: entry.url, watch: exit.url });
  console.log(`\nOpen ${page.href}\n(Ctrl-C ends the demo)`);
  const reason = await Promise.race(
    relays.map((relay) => relay.exited.then((how) => `the ${relay.name} ended (${how})`)),
  );
  throw new Error(reason);
}

/**
 * Resolves when somebody asks the demo to end. A terminal signals npm as well, which passes it on: it may come twice. The
 * relays are ended by the same signal, which they know to be the same wish.
 */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.on(name, () => {
        signal = name;
        resolve();
      });
    }
  });
}
