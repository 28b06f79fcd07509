#!/usr/bin/env node
// The command `moq-relay`, for any Node from 20. A published package has built JavaScript, which runs here and now. A
// checkout has TypeScript, which needs a Node that strips types: where this one cannot, the one in node_modules does.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const built = new URL("../dist/cli/main.js", import.meta.url);
const source = new URL("../src/cli/main.ts", import.meta.url);
const workspaceNode = new URL("../../../node_modules/node/bin/node", import.meta.url);

if (!existsSync(source)) await import(built.href);
else if (Number(process.versions.node.split(".")[0]) >= 26) await runSource();
else if (existsSync(workspaceNode)) handOver(fileURLToPath(workspaceNode));
else {
  process.stderr.write("moq-relay: not set up yet. Run: npm run setup\n");
  process.exitCode = 1;
}

/** Stripping types costs 100 ms and 30 MiB at each start; the cache has what came of it. */
async function runSource() {
  module.enableCompileCache(fileURLToPath(new URL("../../../node_modules/.cache/compiled", import.meta.url)));
  await import(source.href);
}

/** Runs this file on another Node, passes signals on to it, and ends as it ends; when this one is killed, that one ends. */
function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // Nobody can pass SIGKILL on, but the end of the channel is heard.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const forward = (signal) => child.kill(signal);
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT"]) process.on(signal, forward);
  child.on("error", (error) => {
    process.stderr.write(`moq-relay: ${node} cannot be run: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}
