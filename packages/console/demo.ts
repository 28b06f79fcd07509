/**
 * `npm run demo`: a root and two nodes on loopback, and a page that publishes at one node and plays from the other.
 * Ctrl-C ends all of it.
 */
import { buildPage, DemoRelay, pageAddress, servePage } from "./src/index.ts";

const ROOT_PORT = 4440;
const ENTRY_PORT = 4443;
const EXIT_PORT = 4444;

const root = new DemoRelay("root", ROOT_PORT);
const entry = new DemoRelay("first node", ENTRY_PORT, ROOT_PORT);
const exit = new DemoRelay("second node", EXIT_PORT, ROOT_PORT);
const relays = [root, entry, exit];

try {
  const [folder] = await Promise.all([buildPage(), ...relays.map((relay) => relay.ready())]);
  const server = await servePage(folder);
  const page = pageAddress(server.url, { publish: entry.url, watch: exit.url });
  console.log(`root         ${root.url}\nfirst node   ${entry.url}\nsecond node  ${exit.url}\n`);
  console.log(`Open ${page.href}\n(Ctrl-C ends the demo)`);
  const ended = Promise.race(relays.map((relay) => relay.exited.then((how) => `the ${relay.name} ended (${how})`)));
  const reason = await Promise.race([signalled(), ended]);
  if (reason !== undefined) throw new Error(reason);
  await server.close();
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await Promise.all(relays.map((relay) => relay.stop()));
}

/** Resolves when somebody asks the demo to end. */
function signalled(): Promise<undefined> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(undefined));
  });
}
