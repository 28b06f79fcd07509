import { readFileSync } from "node:fs";
import { formatDuration, parseDuration } from "../../../../packages/relay/src/config/duration.ts";
import { samplesOf } from "../../../../packages/relay/src/config/every-key.samples.ts";
import { readFile } from "../../../../packages/relay/src/config/file.ts";
import {
  loadConfig,
  matches,
  overlapsBelow,
  parseHostPort,
  parsePattern,
  parsePeer,
  parsePublic,
  parseSocketAddress,
  ValueError,
} from "../../../../packages/relay/src/config/index.ts";
import { flagOf, keyOf, variableOf } from "../../../../packages/relay/src/config/names.ts";
import { ENTRIES } from "../../../../packages/relay/src/config/options/index.ts";
import { formatSize, parseMemory, parseSize } from "../../../../packages/relay/src/config/size.ts";
import { must, type Target } from "../target.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Names that every object has, signs that mean something in TOML, URLs and patterns, and numbers at their borders. */
const WORDS: readonly Uint8Array[] = [
  ...["constructor", "__proto__", "toString", "hasOwnProperty", "prototype", "valueOf"],
  ...[
    "://",
    "https://",
    "moqt://",
    "?cost=",
    "?jwt=",
    "@",
    "[::]",
    "[::1]:",
    ":",
    "%",
    "#",
    "/",
    "//",
    "\\",
    "xn--",
    ".",
  ],
  ...["[", "]", "[[", "]]", "{", "}", "=", '"', '"""', "'''", "'", "\n", "\r\n", ",", "\\u0000", "1e999", "nan", "-0"],
  ...["0", "1", "65535", "65536", "9007199254740993", "1.5", "ms", "s", "m", "h", "d", "MiB", "TB", "%", "*", "**"],
  ...["\u0000", "\u2028", "ß", "İ", "😀", "\ufeff", " ", "\t", "--", "-", "localhost", "127.0.0.1", "1979-05-27"],
  ...ENTRIES.map(({ path }) => path.split(".").at(-1) ?? ""),
].map((word) => ENCODER.encode(word));

/** A target that takes text; what an operator gets wrong is a `ValueError`. */
function text(
  name: string,
  seeds: readonly string[],
  read: (text: string) => string,
  own: Partial<Target> = {},
): Target {
  return {
    name: `config/${name}`,
    maxInput: 2_000,
    maxAllocated: 32 << 20,
    weight: 0.5,
    dictionary: WORDS,
    seeds: () => seeds.map((seed) => ENCODER.encode(seed)),
    run: (input) => {
      try {
        return read(DECODER.decode(input));
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        return error.message.replaceAll(/".*"|\d+/gs, "").slice(0, 60);
      }
    },
    ...own,
  };
}

const PEERS = [
  "https://relay.example.com/",
  "10.0.0.1:4443",
  "[::1]:4443",
  "moqt://a.example:1/path?cost=3",
  "a.example",
];
const SCHEMES = new Set(["https", "http", "moqt", "wss", "ws"]);

const peer = text("peer", PEERS, (written) => {
  const read = parsePeer(written);
  must(SCHEMES.has(read.scheme), `scheme ${String(read.scheme)}`);
  must(Number.isInteger(read.port) && read.port > 0 && read.port < 65_536, `port ${read.port}`);
  must(read.host !== "" && !/[\s/?#@]/.test(read.host), `host "${read.host}"`);
  must(read.path.startsWith("/"), `path "${read.path}"`);
  const again = parsePeer(read.url);
  must(again.url === read.url && again.text === read.text, `"${read.url}" reads as "${again.url}"`);
  return read.scheme;
});

const hostPort = text("host-port", PEERS, (written) => {
  const read = parseHostPort(written);
  must(parseHostPort(read.text).text === read.text, `"${read.text}" reads differently`);
  return read.host.includes(":") ? "IPv6" : "host";
});

const socketAddress = text("socket-address", ["[::]:443", "0.0.0.0:443", ":4443", "localhost:0"], (written) => {
  const read = parseSocketAddress(written);
  must(read.port >= 0 && read.port < 65_536, `port ${read.port}`);
  must(parseSocketAddress(read.text).text === read.text, `"${read.text}" reads differently`);
  return read.host.includes(":") ? "IPv6" : "IPv4";
});

const duration = text("duration", ["250ms", "10s", "1m30s", "7", "1.5h", "2d"], (written) => {
  const read = parseDuration(written);
  must(Number.isSafeInteger(read) && read >= 0, `${read} ms`);
  must(parseDuration(formatDuration(read)) === read, `${formatDuration(read)} reads differently`);
  return `${Math.log10(read + 1) | 0}`;
});

const size = text("size", ["64MiB", "512 MB", "7", "1.5GiB", "25%"], (written) => {
  const read = written.includes("%") ? parseMemory(written) : parseSize(written);
  must(Number.isSafeInteger(read) && read >= 0, `${read} bytes`);
  must(parseSize(formatSize(read)) === read, `${formatSize(read)} reads differently`);
  return `${Math.log10(read + 1) | 0}`;
});

const pattern = text("pattern", ["anon/**", "cam-*\nanon/cam-1", "**\na/b", "a/*/c\na/b/c", "\nx"], (written) => {
  const [first = "", path = ""] = written.split("\n");
  const read = parsePublic(first);
  must(parsePattern(read.text).text === read.text, `"${read.text}" reads differently`);
  const normal = path.split("/").filter(Boolean).join("/");
  // What is covered can be found by whoever listens at or above it.
  const covered = matches(read, normal);
  if (covered) must(overlapsBelow(read, normal) && overlapsBelow(read, ""), `"${read.text}" hides "${normal}"`);
  return `${read.segments.length} ${covered}`;
});

/** Every key with samples of values, as a file. */
const WHOLE_FILE = ENTRIES.flatMap((entry) => {
  if (entry.state !== "available") return [];
  return samplesOf(entry)
    .slice(0, 1)
    .map((sample) => `${keyOf(entry.path)} = ${JSON.stringify(sample)}`);
});

const FILES = [
  WHOLE_FILE.join("\n"),
  ...WHOLE_FILE,
  '[listen]\nbind = ":4443"\ntls.generate = ["localhost"]\n[auth]\npublic = ""\n[[x]]\ny = { z = [1, 2] }',
  'a = """x\n"""\nb = \'\'\'y\'\'\'\n"c.d"."e" = 1979-05-27T07:32:00Z # remark',
  ...documented(),
];

/** The examples in the documentation. */
function documented(): string[] {
  const pages = ["config.md", "cluster.md", "operations.md"].map((page) =>
    readFileSync(new URL(`../../../../docs/${page}`, import.meta.url), "utf8"),
  );
  return pages.flatMap((page) => [...page.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, toml = ""]) => toml));
}

const file = text(
  "file",
  FILES,
  (written) => {
    const { given, problems } = readFile("relay.toml", written);
    const last = written.split("\n").length;
    for (const { source } of given) {
      must(source.kind === "file" && source.line >= 1 && source.line <= last, "a line that is not there");
    }
    return `${given.length} ${problems.map(({ what }) => what.replaceAll(/".*"|\d+/gs, "")).join()}`.slice(0, 80);
  },
  // Read once per start, and the operator's own: what has many faults may take long to explain.
  { weight: 1, chunk: 16, maxEffort: 50 },
);

const FLAGS = ENTRIES.flatMap((entry) => {
  if (entry.state !== "available") return [];
  const [sample = "x"] = samplesOf(entry);
  return [[flagOf(entry.path), [sample].flat().join(",")].join("\n")];
});

/** All sources at once: arguments one a line, then an empty line, variables, another empty line and the file. */
const whole = text(
  "whole",
  [...FLAGS, `--listen\n:4443\n\n${variableOf("log.level")}=debug`, `relay.toml\n\n\n\n${FILES[0]}`],
  (written) => {
    const [argv = "", variables = "", ...toml] = written.split("\n\n");
    const loaded = loadConfig({
      argv: argv.split("\n").filter((word) => word !== ""),
      environment: Object.fromEntries(variables.split("\n").map((line) => line.split("=", 2) as [string, string])),
      readText: () => toml.join("\n\n"),
    });
    if (loaded.kind !== "refused") return loaded.kind;
    must(loaded.problems.length > 0, "refused without a reason");
    return loaded.problems
      .map(({ what }) => what.replaceAll(/".*"|\d+/gs, ""))
      .join()
      .slice(0, 80);
  },
  // Once per start: what it takes is the schema, and hardly depends on what is written.
  { weight: 1, chunk: 1, maxEffort: 50 },
);

/** What an operator writes. */
export const CONFIG_TARGETS: readonly Target[] = [peer, hostPort, socketAddress, duration, size, pattern, file, whole];
