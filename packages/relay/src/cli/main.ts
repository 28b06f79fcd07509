/** The program `moq-relay`. */
import { run } from "./run.ts";

// Loaded only when there is something to run: `--help` and a wrong configuration are answered at once.
const load = async () => (await import("../relay.ts")).loadRelay;

// Sockets, watchers and native threads may still be there; the exit code says that all is done.
process.exit(await run(process, load));
