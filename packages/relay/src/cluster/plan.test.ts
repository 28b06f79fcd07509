/** Replays `testdata/*.txt`: a situation in commands, and the plan that it gives. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { HopId } from "@moq-relay/protocol/model";
import { type Command, transcribe } from "../routing/transcript.fixture.ts";
import type { LinkKind } from "./links.ts";
import type { LinksMode } from "./options.ts";
import { type FixedTarget, type PlannedLink, plan } from "./plan.ts";

class PlanScript {
  #own = { hop: 50n, address: "me", root: false };
  #mode: LinksMode = "demand";
  #maxDials = 100;
  #idleBefore = -1;
  #fixed: FixedTarget[] = [];
  #standIns: string[] = [];
  #links: PlannedLink[] = [];
  readonly #members = new Map<HopId, string>();
  #demands: { path: string; entry: HopId }[] = [];

  run(command: Command): readonly string[] {
    if (command.verb === "plan") return this.#plan();
    this.#change(command);
    return [];
  }

  #change({ verb, words, values }: Command): void {
    const [name = ""] = words;
    const hop = BigInt(values.get("hop") ?? 0);
    if (verb === "node") {
      this.#own = { hop: hop || 50n, address: name, root: words.includes("root") };
      this.#mode = (values.get("links") ?? "demand") as LinksMode;
      this.#maxDials = Number(values.get("max") ?? 100);
      this.#fixed = [];
      this.#standIns = [];
      this.#links = [];
      this.#members.clear();
      this.#demands = [];
    }
    if (verb === "root" || verb === "peer") {
      this.#fixed = this.#fixed.filter(({ address }) => address !== name);
      this.#fixed.push({ kind: verb, address: name, hop: hop || undefined });
    }
    if (verb === "stand-in") this.#standIns.push(name);
    if (verb === "member") this.#members.set(hop, name);
    if (verb === "link") {
      const idle = values.get("idle");
      const kind = (values.get("kind") ?? "node") as LinkKind;
      const dialled = words.includes("dialled");
      const idleSince = idle === undefined ? undefined : Number(idle);
      this.#links.push({ id: Number(values.get("id")), hop, address: name, kind, dialled, idleSince });
    }
    if (verb === "unlink") this.#links = this.#links.filter(({ id }) => id !== Number(values.get("id")));
    if (verb === "want") this.#demands.push({ path: name, entry: BigInt(values.get("from")!) });
    if (verb === "unwant") this.#demands = this.#demands.filter(({ path }) => path !== name);
    if (verb === "idle-before") this.#idleBefore = Number(name);
  }

  #plan(): string[] {
    const next = plan({
      own: this.#own,
      mode: this.#mode,
      standIns: this.#standIns,
      fixed: this.#fixed,
      links: this.#links,
      members: this.#members,
      demands: this.#demands,
      maxDials: this.#maxDials,
      idleBefore: this.#idleBefore,
    });
    const lines = [
      ...next.dial.map(({ kind, address }) => `dial ${kind} ${address}`),
      ...next.listen.map(({ link, path }) => `ask link ${link} for ${path}`),
      ...next.close.map(({ link, reason }) => `close link ${link}: ${reason}`),
      ...(next.overCap > 0 ? [`over the cap: ${next.overCap}`] : []),
    ];
    return lines.length > 0 ? lines : ["nothing"];
  }
}

const FOLDER = new URL("testdata/", import.meta.url);

for (const name of readdirSync(FOLDER)) {
  test(`plan: ${name.replace(/\.txt$/, "").replaceAll("-", " ")}`, () => {
    const file = new URL(name, FOLDER);
    const written = readFileSync(file, "utf8");
    const script = new PlanScript();
    const now = transcribe(written, (command) => script.run(command));
    if (process.env.UPDATE) writeFileSync(file, now);
    else assert.equal(now, written);
  });
}
