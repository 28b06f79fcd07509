import { readFileSync } from "node:fs";
import { describeProblems, helpText, loadConfig, type RelayConfig, type Sources } from "../config/index.ts";
import { banner, bannerFields } from "./banner.ts";
import { checkOnly } from "./check.ts";
import { EXIT, explain } from "./failure.ts";
import { createLog, isText, type Log } from "./log.ts";
import { answerQuestion, isQuestion } from "./question.ts";
import type { LoadRelay, RunnableRelay, Started } from "./runnable.ts";
import { onEnd } from "./signals.ts";
import { relayVersion } from "./version.ts";

/** How much longer than its drain time a relay may take to close, milliseconds; then the process ends all the same. */
const CLOSE_GRACE = 5_000;

/**
 * The command `moq-relay`: reads the configuration, starts the relay, shows the banner, and waits for a signal; or asks a
 * relay that runs (`question.ts`). Gives the exit code: 0 ended as asked, 1 failed, 2 wrong configuration. `load` is called
 * only when there is something to run.
 */
export async function run(process: NodeJS.Process, load: () => Promise<LoadRelay>): Promise<number> {
  const { stdout, stderr } = process;
  // A pipe that nobody reads any more is no reason to stop relaying.
  stdout.on("error", () => {});
  stderr.on("error", () => {});
  const sources: Sources = {
    argv: process.argv.slice(2),
    environment: process.env,
    readText: (file) => readFileSync(file, "utf8"),
  };
  if (isQuestion(sources.argv)) {
    const { out = "", error = "", code } = await answerQuestion(sources);
    stdout.write(out);
    stderr.write(error);
    return code;
  }
  const loaded = loadConfig(sources);
  switch (loaded.kind) {
    case "help":
      stdout.write(helpText(loaded.all));
      return EXIT.ok;
    case "version":
      stdout.write(`moq-relay ${relayVersion()}\n`);
      return EXIT.ok;
    case "refused":
      stderr.write(describeProblems(loaded.problems));
      return EXIT.configuration;
    case "run": {
      if (loaded.check) {
        const { text, code } = await checkOnly(loaded);
        (code === EXIT.ok ? stdout : stderr).write(text);
        return code;
      }
      const log = createLog(loaded.config.log, stdout);
      for (const warning of loaded.warnings) log.warn(warning);
      for (const note of loaded.notes) log.info(note);
      return await serve(process, loaded.config, log, await load());
    }
  }
}

async function serve(process: NodeJS.Process, config: RelayConfig, log: Log, load: LoadRelay): Promise<number> {
  let relay: RunnableRelay | undefined;
  try {
    relay = load(config, { log });
    const ending = new Ending(process, relay, config, log);
    const started = await Promise.race([relay.start(), ending.code]);
    if (typeof started === "number") return started;
    show(config, started, log, process.stdout);
    return await ending.code;
  } catch (error) {
    const line = { argv: process.argv.slice(2), npmStart: process.env.npm_lifecycle_event === "start" };
    const failure = explain(error, config, line);
    process.stderr.write(failure.text);
    await relay?.close();
    return failure.code;
  }
}

function show(config: RelayConfig, started: Started, log: Log, stdout: NodeJS.WriteStream): void {
  const version = relayVersion();
  // From the start of the process: what somebody who started it has waited.
  const took = performance.now();
  if (!isText(config.log, stdout)) log.info("ready", bannerFields(version, config, started, took));
  else if (isTalkative(config)) stdout.write(`${banner(version, config, started, took).join("\n")}\n`);
}

function isTalkative({ log }: RelayConfig): boolean {
  return log.level === "trace" || log.level === "debug" || log.level === "info";
}

/** Waits for the wish to end, and ends the relay. */
class Ending {
  /** The exit code, when the relay has ended because it was asked to. */
  readonly code: Promise<number>;

  constructor(process: NodeJS.Process, relay: RunnableRelay, config: RelayConfig, log: Log) {
    this.code = new Promise((resolve) => {
      const end = (signal: string): void => {
        log.info(`${signal}: closing; once more to end at once`);
        const limit = setTimeout(() => {
          log.error("closing took too long; ending all the same");
          resolve(EXIT.failed);
        }, config.drainTimeout + CLOSE_GRACE);
        relay
          .drain()
          .then(() => resolve(EXIT.ok))
          .catch((error: unknown) => {
            log.error(`closing failed: ${String(error)}`);
            resolve(EXIT.failed);
          })
          .finally(() => clearTimeout(limit));
      };
      onEnd(process, end, () => resolve(EXIT.failed));
    });
  }
}
