import { pino } from "pino";
import type { LogConfig } from "../config/index.ts";
import { textLine } from "./text-line.ts";

/** What can stand beside a message; names in camel case, durations in milliseconds, sizes in bytes. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Where the relay says what it does. A fault of a peer is at most `debug`; `error` is for what an operator must look at. */
export interface Log {
  trace(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with fields that stand beside every message. */
  child(fields: LogFields): Log;
}

/** Where lines go; what a stream of the process offers. */
export interface LineSink {
  readonly isTTY?: boolean;
  write(line: string): unknown;
}

/** Makes the log. It writes at once: what was said before a crash can be read. */
export function createLog(config: LogConfig, sink: LineSink): Log {
  const text = isText(config, sink);
  const level = config.level === "off" ? "silent" : config.level;
  const options = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const colour = sink.isTTY === true;
  const write = (line: string): unknown => sink.write(text ? textLine(line, colour) : line);
  return wrap(pino(options, { write: write as (line: string) => void }));
}

/** Whether the log is text for people (and not JSON for machines). */
export function isText(config: LogConfig, sink: LineSink): boolean {
  return config.format === "text" || (config.format === "auto" && sink.isTTY === true);
}

type Pino = ReturnType<typeof pino>;

function wrap(logger: Pino): Log {
  const at =
    (level: "trace" | "debug" | "info" | "warn" | "error") =>
    (message: string, fields?: LogFields): void => {
      if (fields === undefined) logger[level](message);
      else logger[level](fields, message);
    };
  return {
    trace: at("trace"),
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => wrap(logger.child(fields)),
  };
}
