/**
 * A configuration that is wrong, or asks for what this version does not have: the relay says where and what, ends with 2,
 * and has neither listened nor dialled.
 */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { asFile, asFlags, asVariables, host } from "../src/process/loopback-config.ts";
import { ourRelay } from "../src/process/our-relay.ts";
import { Program } from "../src/process/program.ts";
import { SilentPort } from "../src/process/silent-port.ts";
import { within } from "../src/process/wait.ts";
import { writtenRelay } from "../src/process/written-relay.ts";

/** What is wrong, as words, variables or the file `relay.toml`, and what must be said of it. */
interface Mistake {
  readonly words?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly file?: string;
  readonly said: readonly RegExp[];
}

describe("a relay does not start", { skip: ourRelay.missing() ?? false }, () => {
  let folder: string;
  let file: string;
  /** Its own port is held by somebody, and so is its root's: it would be noticed at both. */
  let own: SilentPort;
  let root: SilentPort;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "moq-relay-wrong-"));
    file = join(folder, "relay.toml");
    own = await SilentPort.open();
    root = await SilentPort.open();
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await Promise.all([own.close(), root.close()]);
  });

  async function refuses({ words = [], variables = {}, file: text, said }: Mistake): Promise<void> {
    if (text !== undefined) await writeFile(file, text);
    const kind = writtenRelay(text === undefined ? words : [...words, file], variables);
    const program = new Program("moq-relay", kind.command({ port: own.port, internalPort: 0 }));
    const code = await within("the relay's end", program.exited);
    const log = program.lines.join("\n");
    assert.equal(code, 2, log);
    for (const pattern of said) assert.match(log, pattern);
    assert.match(log, /nothing was started/);
    assert.doesNotMatch(log, /ready|in use/);
    assert.equal(own.tries + root.tries, 0);
  }

  const member = () => [`root = "${host(root.port)}"`, `node = "${host(own.port)}"`];

  test("with a key that there is not: file, line, key and the nearest right one are named", () =>
    refuses({
      file: asFile(own.port, [...member(), `lnks = "mesh"`]),
      said: [/relay\.toml:8: cluster\.lnks: .*did you mean cluster\.links\?/],
    }));

  test("with a value that is none: every mistake is named, each with its place", () =>
    refuses({
      file: asFile(own.port, [...member(), `links = "all"`]),
      variables: { MOQ_CACHE_DURATION: "soon" },
      words: ["--clustr-root", host(root.port)],
      said: [
        /3 problems/,
        /relay\.toml:8: .*demand, mesh/,
        /MOQ_CACHE_DURATION: .*soon/,
        /--clustr-root: .*--cluster-root\?/,
      ],
    }));

  test("with a file that is not TOML", () =>
    refuses({ file: `${asFile(own.port, member())}\nlinks = = "mesh"`, said: [/relay\.toml:9/] }));

  test("as a cluster that the network reaches without credentials", () => {
    const open = ["--listen", `0.0.0.0:${own.port}`, "--listen-tls-generate", "localhost", "--auth-public", ""];
    return refuses({
      words: [...open, "--cluster-root", host(root.port)],
      said: [/0\.0\.0\.0:\d+ is not on loopback/, /give cluster\.token, an auth\.key/],
    });
  });

  const server = "https://auth.example";
  for (const [form, mistake] of Object.entries({
    "a flag": () => ({ words: [...asFlags(own.port), "--auth-url", server], said: [/--auth-url/] }),
    "a variable": () => ({ variables: { ...asVariables(own.port), MOQ_AUTH_URL: server }, said: [/MOQ_AUTH_URL/] }),
    "a file": () => ({ file: `auth.url = "${server}"\n${asFile(own.port, [])}`, said: [/relay\.toml:1: auth\.url/] }),
  } satisfies Record<string, () => Mistake>)) {
    test(`with an auth server, which comes later, as ${form}`, () => {
      const { said, ...rest } = mistake();
      return refuses({ ...rest, said: [...said, /asking an auth server comes later/] });
    });
  }
});
