import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { RouteOffer } from "@moq-relay/protocol/model";
import type { Asker, Route, RouteSink, View } from "./index.ts";
import { RouteTable } from "./index.ts";
import { type Command, transcribe } from "./transcript.fixture.ts";

/** Paths are written with a slash in front of them, so that the root of all names has a name. */
class TableScript {
  readonly #lines: string[] = [];
  readonly #cancels = new Map<string, () => void>();
  #table: RouteTable = new RouteTable({ hop: 99n, maxRoutes: 100, maxListeners: 100 });

  run(command: Command): readonly string[] {
    this.#lines.length = 0;
    this.#carryOut(command);
    return [...this.#lines];
  }

  #carryOut(command: Command): void {
    const { verb, words, values } = command;
    const path = (words[0] ?? "").replace(/^\//, "");
    const link = Number(values.get("link"));
    switch (verb) {
      case "table":
        return this.#make(command);
      case "offer":
        return this.#offer(path, link, command);
      case "withdraw":
        return this.#print(!this.#table.withdraw(path, link) && "no such route");
      case "lost":
        return this.#table.linkLost(link, { keepStale: words.includes("stale") });
      case "suspect":
        return this.#table.suspect(link, !words.includes("over"));
      case "drop-stale":
        return this.#print(
          `dropped ${this.#table.dropStale(words.includes("all") ? () => true : link, under(values))}`,
        );
      case "listen":
        return this.#listen(words[0]!, under(values), command);
      case "watch":
        return this.#keep(
          words[0]!,
          this.#table.watch(under(values), () => this.#print(`${words[0]}: changed`)),
        );
      case "close":
        return this.#cancels.get(words[0]!)!();
      case "candidates":
        return this.#candidates(path, asker(values));
      case "explain":
        for (const { route, whyNot } of this.#table.explain(path)) {
          this.#print(`${show(route)} /${route.path}: ${whyNot ?? "taken"}`);
        }
        return;
      case "routes":
        for (const route of this.#table.routes(path)) this.#print(`${show(route)} /${route.path}`);
        return;
      case "counters":
        return this.#print(JSON.stringify(this.#table.counters));
      default:
        throw new Error(`unknown verb ${verb}`);
    }
  }

  #make({ values }: Command): void {
    this.#table = new RouteTable({
      hop: BigInt(values.get("hop") ?? 99),
      maxHops: Number(values.get("max-hops") ?? 32),
      maxRoutes: Number(values.get("max-routes") ?? 100),
      maxListeners: Number(values.get("max-listeners") ?? 100),
    });
  }

  #offer(path: string, link: number, { words, values }: Command): void {
    const [warm, cold] = (values.get("cost") ?? "1/1").split("/").map(Number);
    const hops = (values.get("hops") ?? "").split(",").filter(Boolean).map(BigInt);
    const born = values.get("born");
    const offer: RouteOffer = {
      hops,
      warm: warm!,
      cold: cold!,
      ...(born === undefined ? {} : { incarnation: Number(born) }),
    };
    const scope = words.includes("member") ? "member" : words.includes("direct") ? "direct" : "local";
    const input = {
      path,
      offer,
      link,
      scope,
      exact: !words.includes("covers"),
      losses: Number(values.get("losses") ?? 0),
    } as const;
    const result = this.#table.offer(input, Number(values.get("at") ?? 0));
    this.#print(result !== "kept" && result);
  }

  #listen(name: string, prefix: string, { words, values }: Command): void {
    const view: View = {
      hop: BigInt(values.get("hop") ?? 0),
      link: Number(values.get("link") ?? -1),
      scope: words.includes("local") ? "local" : "all",
      hidden: words.includes("hidden"),
    };
    const say = (what: string, suffix: string, offer?: RouteOffer) =>
      this.#print(`${name}: ${what} "${suffix}"${offer ? ` ${showOffer(offer)}` : ""}`);
    const sink: RouteSink = {
      begin: (routes) => {
        this.#print(`${name}: begin ${routes.length}`);
        for (const { suffix, offer } of routes) say("has", suffix, offer);
      },
      start: (suffix, offer) => say("start", suffix, offer),
      restart: (suffix, offer) => say("restart", suffix, offer),
      end: (suffix) => say("end", suffix),
    };
    this.#keep(name, this.#table.listen(prefix, view, sink));
  }

  #keep(name: string, cancel: (() => void) | undefined): void {
    if (cancel) this.#cancels.set(name, cancel);
    else this.#print("refused");
  }

  #candidates(path: string, who: Asker): void {
    const routes = this.#table.candidates(path, who);
    for (const route of routes) this.#print(`${show(route)} /${route.path}`);
    if (routes.length === 0) this.#print(this.#table.hasStale(path) ? "only stale" : "none");
  }

  #print(line: string | false): void {
    if (line !== false) this.#lines.push(line);
  }
}

function under(values: ReadonlyMap<string, string>): string {
  return (values.get("under") ?? values.get("prefix") ?? values.get("path") ?? "/").slice(1);
}

function asker(values: ReadonlyMap<string, string>): Asker {
  const hop = values.get("hop");
  const link = values.get("link");
  return { ...(hop && { hop: BigInt(hop) }), ...(link && { link: Number(link) }) };
}

function show({ link, offer, scope, exact, stale, suspect, losses }: Route): string {
  const marks = [
    scope !== "local" && scope,
    !exact && "covers",
    stale && "stale",
    suspect && "suspect",
    losses > 0 && "damped",
  ].filter(Boolean);
  return [`link ${link}`, showOffer(offer), ...marks].join(" ");
}

function showOffer({ hops, warm, cold, incarnation }: RouteOffer): string {
  return `[${hops.join(" ")}] ${warm}/${cold} born ${incarnation}`;
}

const FOLDER = new URL("testdata/", import.meta.url);

for (const name of readdirSync(FOLDER)) {
  test(name.replace(/\.txt$/, "").replaceAll("-", " "), () => {
    const file = new URL(name, FOLDER);
    const written = readFileSync(file, "utf8");
    const script = new TableScript();
    const now = transcribe(written, (command) => script.run(command));
    if (process.env.UPDATE) writeFileSync(file, now);
    else assert.equal(now, written);
  });
}
