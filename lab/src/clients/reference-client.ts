import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Program } from "../process/program.ts";
import { within } from "../process/wait.ts";

const SCRIPT = resolve(import.meta.dirname, "../../python/deliver.py");
const VENV = resolve(import.meta.dirname, "../../../node_modules/.cache/moq-rs-venv/bin/python");

/** Median and 99th percentile, milliseconds. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** What `deliver.py` prints. */
export interface Delivery {
  /** Of the frames: the first group that came (-1: none), and what is wrong. */
  readonly firstGroup: number;
  readonly received: number;
  readonly missing: readonly string[];
  readonly duplicated: number;
  readonly altered: number;
  /** From writing a frame to reading it. */
  readonly latency: Percentiles;
  /** From announcing to being found; absent without `announces`. */
  readonly announce?: Percentiles;
  /** From announcing to the first frame of a subscriber that waited for the announcement. */
  readonly first?: Percentiles;
  /** The part of `first` after the announcement: subscribing and the first frame. */
  readonly subscribe?: Percentiles;
}

/** What to deliver; what is absent is as in `deliver.py --help`. */
export interface DeliveryOptions {
  readonly announces?: number;
  readonly groups?: number;
  readonly groupSize?: number;
  readonly rate?: number;
  readonly size?: number;
  readonly settle?: number;
  readonly name?: string;
}

/** Why the reference client cannot be run; undefined when it can. */
export function referenceMissing(): string | undefined {
  return existsSync(referencePython())
    ? undefined
    : "moq-rs 0.5.1 is not installed in node_modules/.cache/moq-rs-venv (or name a Python that has it in MOQ_RS_PYTHON)";
}

/**
 * Publishes at one relay and subscribes at another, with the reference implementation's client and its own QUIC stack.
 *
 * @param publish `https:` URL of the relay to publish at.
 * @param subscribe `https:` URL of the relay to subscribe at.
 * @throws with the output of the client when it fails, or takes longer than `timeout` milliseconds.
 */
export async function deliver(
  publish: string,
  subscribe: string,
  options: DeliveryOptions = {},
  timeout = 120_000,
): Promise<Delivery> {
  const args = [SCRIPT, "--publish", publish, "--subscribe", subscribe];
  for (const [name, value] of Object.entries(options)) {
    args.push(`--${name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)}`, String(value));
  }
  return JSON.parse(await printed(args, timeout, "{")) as Delivery;
}

/** What it took at one cluster. */
export interface Found {
  readonly announce: Percentiles;
  readonly first: Percentiles;
}

/**
 * Finds so many broadcasts at each cluster, in turns.
 *
 * @param clusters `https:` URLs of the relays to publish and to subscribe at.
 * @throws as `deliver`.
 */
export async function findInTurns(
  clusters: readonly (readonly [string, string])[],
  broadcasts: number,
): Promise<Found[]> {
  const script = resolve(SCRIPT, "../first_frame.py");
  const args = [script, "--broadcasts", String(broadcasts), ...clusters.map((urls) => urls.join(","))];
  return JSON.parse(await printed(args, 300_000, "[")) as Found[];
}

/** What `reconnect.py` prints, a line of JSON each. */
export type ReconnectNews =
  /** A session began or ended; `epoch` counts those that began. */
  | { readonly event: "status"; readonly status: string; readonly epoch: number }
  /** A whole group came. `altered`: frames that were not those that the publisher wrote, in their order. */
  | { readonly event: "group"; readonly group: number; readonly frames: number; readonly altered: number }
  /** A group broke off. */
  | { readonly event: "cut"; readonly group: number; readonly altered: number; readonly message: string }
  /** A subscription ended. */
  | { readonly event: "ended" }
  | { readonly event: "failed"; readonly message: string };

/** A publisher or a subscriber with the reference client, which dials again by itself when its session ends. */
export class ReconnectingReference {
  readonly program: Program;
  /** All that it told, oldest first. */
  readonly news: ReconnectNews[] = [];

  /** @param url `https:` URL of the relay. */
  constructor(role: "publish" | "subscribe", url: string, name: string) {
    const args = [resolve(SCRIPT, "../reconnect.py"), role, "--url", url, "--name", name];
    this.program = new Program(`reference client, ${role} ${name}`, { file: referencePython(), args, input: true });
    this.program.onLine((line) => {
      if (line.startsWith('{"event":')) this.news.push(JSON.parse(line) as ReconnectNews);
    });
  }

  /** How many sessions it has had. */
  get sessions(): number {
    return Math.max(0, ...this.news.map((news) => (news.event === "status" ? news.epoch : 0)));
  }

  /** The groups that came whole, in order of their coming. */
  get groups(): number[] {
    return this.news.flatMap((news) => (news.event === "group" ? [news.group] : []));
  }

  get altered(): number {
    return this.news.reduce((sum, news) => sum + ("altered" in news ? news.altered : 0), 0);
  }
}

/** The line of JSON that a program of the client prints. */
async function printed(args: readonly string[], timeout: number, begins: string): Promise<string> {
  const program = new Program("reference client", { file: referencePython(), args });
  try {
    const code = await within("the reference client", program.exited, timeout);
    const result = program.lines.find((line) => line.startsWith(begins));
    if (code !== 0 || result === undefined) throw new Error(`the reference client ended with ${code}`);
    return result;
  } catch (error) {
    await program.stop("SIGKILL");
    throw new Error(`${(error as Error).message}\n${program.lines.slice(-30).join("\n")}`, { cause: error });
  }
}

/** The Python that has it. */
export function referencePython(): string {
  return process.env.MOQ_RS_PYTHON ?? VENV;
}
