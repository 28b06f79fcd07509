/**
 * `node packages/quic/fuzz/fuzz.ts [packets|streams|calls] [--seconds 10] [--seed n]`: runs one fuzz, or all of them, each in a process of its
 * own, and tells whether it survived: an end by a signal, an error and a panic of a native thread are failures.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { unavailableReason } from "../src/native.ts";
import { readSettings } from "./settings.ts";

const FUZZES = ["packets", "streams", "calls"];

/** A fuzz that takes so much longer than it was told has hung, milliseconds. */
const GRACE = 60_000;

const [first = "", ...rest] = process.argv.slice(2);
const chosen = FUZZES.includes(first) ? [first] : FUZZES;
const { seconds, seed } = readSettings(FUZZES.includes(first) ? rest : process.argv.slice(2));
const reason = unavailableReason();
if (reason !== undefined) throw new Error(reason);

async function survives(name: string): Promise<boolean> {
  const args = [fileURLToPath(new URL(`${name}.ts`, import.meta.url)), "--seconds", `${seconds}`, "--seed", `${seed}`];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "inherit", "pipe"],
    timeout: seconds * 1000 + GRACE,
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    process.stderr.write(text);
    said = (said + text).slice(-100_000);
  });
  const ended = await new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  const well = ended === 0 && !said.includes("panicked at");
  console.log(
    well ? `${name}: survived` : `${name}: ended with ${ended}; node packages/quic/fuzz/fuzz.ts ${name} --seed ${seed}`,
  );
  return well;
}

for (const name of chosen) if (!(await survives(name))) process.exitCode = 1;
