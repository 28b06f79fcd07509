/**
 * `npm run demo`: a root and two nodes on loopback, and a page that publishes at one node and plays from the other.
 * Ctrl-C ends all of it.
 */
import { buildPage, DemoRelay, pageAddress, servePage } from "./src/index.ts";

const ROOT_PORT = 4440;
const ENTRY_PORT = 4443;
const EXIT_PORT = 4444;

let signal: NodeJS.Signals = "SIGTERM";
const asked = signalled();
const root = new DemoRelay("root", ROOT_PORT);
const entry = new DemoRelay("first node", ENTRY_PORT, ROOT_PORT);
const exit = new DemoRelay("second node", EXIT_PORT, ROOT_PORT);
const relays = [root, entry, exit];

try {
  await Promise.race([serve(), asked]);
} catch (error) {
  console.error(`demo: ${(error as Error).message}`);
  process.exitCode = 1;
} finally {
  await Promise.all(relays.map((relay) => relay.stop(signal)));
}
process.exit();

/** Shows the page for as long as all relays run. */
async function serve(): Promise<never> {
  const [folder] = await Promise.all([buildPage(), ...relays.map((relay) => relay.ready())]);
  const server = await servePage(folder);
  const page = pageAddress(server.url, { publish: entry.url, watch: exit.url });
  console.log(`root         ${root.url}\nfirst node   ${entry.url}\nsecond node  ${exit.url}\n`);
  console.log(`Open ${page.href}\n(Ctrl-C ends the demo)`);
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
