import { resolve } from "node:path";
import { ourRelay, RELAY_PROGRAM } from "./our-relay.ts";
import type { Command } from "./program.ts";
import { plainEnvironment, type RelayKind } from "./relay-kind.ts";

/** The root of the checkout, where documented commands are meant to be typed. */
export const CHECKOUT: string = resolve(import.meta.dirname, "../../..");

/** A command as somebody types it at the root of the checkout; what npm has installed there is found. */
export function typed(line: string): Command {
  const env = plainEnvironment();
  const path = `${resolve(CHECKOUT, "node_modules/.bin")}:${env.PATH}`;
  return { file: "/bin/sh", args: ["-c", `exec ${line}`], cwd: CHECKOUT, env: { ...env, PATH: path }, group: true };
}

/** The relay of this repository as a command says it, for tests of the command itself: nothing is added. */
export function typedRelay(line: string): RelayKind {
  return { ...ourRelay, command: () => typed(line) };
}

/** The relay of this repository, started with exactly these words and variables. */
export function writtenRelay(words: readonly string[], variables: Readonly<Record<string, string>> = {}): RelayKind {
  const env = { ...plainEnvironment(), ...variables };
  return { ...ourRelay, command: () => ({ file: process.execPath, args: [RELAY_PROGRAM, ...words], env }) };
}
