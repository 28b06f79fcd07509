/**
 * `node lab/src/fuzz.ts [--target name] [--seconds N | --cases N] [--seed S] [--input hex] [--keep N]`: gives made-up bytes to
 * everything that takes bytes from outside. Without a target all take their turns; a name's beginning (`wire/`) is several.
 * What fails is printed with the command that repeats it, and its smallest form goes into the corpus. `--keep` also
 * puts so many of the inputs with a new outcome there.
 */
import { parseArgs } from "node:util";
import { fromHex } from "./fuzz/corpus.ts";
import { fuzz, replay } from "./fuzz/runner.ts";
import { TARGETS } from "./fuzz/targets/index.ts";

const { values } = parseArgs({
  options: {
    target: { type: "string", default: "" },
    seconds: { type: "string" },
    cases: { type: "string" },
    seed: { type: "string" },
    input: { type: "string" },
    keep: { type: "string", default: "0" },
  },
});
const exact = TARGETS.filter(({ name }) => name === values.target);
const chosen = exact.length > 0 ? exact : TARGETS.filter(({ name }) => name.startsWith(values.target));
if (chosen.length === 0) {
  console.error(
    `fuzz: there is no target "${values.target}", but\n${TARGETS.map(({ name }) => `  ${name}`).join("\n")}`,
  );
  process.exit(2);
}
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
const cases = values.cases === undefined ? undefined : Number(values.cases);
const whole =
  values.input === undefined
    ? await fuzz(chosen, { seed, seconds, cases, keep: Number(values.keep) })
    : await replay(chosen, fromHex(values.input));
// Whatever a target has open must not keep the process.
process.exit(whole ? 0 : 1);
