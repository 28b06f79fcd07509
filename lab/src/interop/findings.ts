import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../process/written-relay.ts";
import { type Findings, page } from "./table.ts";

/** The same facts twice: for people, and for the test that compares. */
const PAGE = join(CHECKOUT, "docs/interop.md");
const FACTS = join(CHECKOUT, "docs/interop.json");

export function writeFindings(findings: Findings): void {
  writeFileSync(FACTS, `${JSON.stringify(findings, undefined, 2)}\n`);
  writeFileSync(PAGE, page(findings));
}

export function readFindings(): Findings {
  return JSON.parse(readFileSync(FACTS, "utf8")) as Findings;
}

export function readPage(): string {
  return readFileSync(PAGE, "utf8");
}
