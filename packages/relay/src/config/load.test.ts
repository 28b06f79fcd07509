import assert from "node:assert/strict";
import { test } from "node:test";
import type { RelayConfig } from "./index.ts";
import {
  describeProblems,
  describeSource,
  developmentConfig,
  isRoot,
  loadConfig,
  onLoopback,
  otherRoots,
} from "./index.ts";
import type { Loaded } from "./load.ts";

function load(argv: readonly string[], toml?: string, environment: Record<string, string> = {}): Loaded {
  const readText = (): string => toml ?? assert.fail("no file is asked for");
  return loadConfig({ argv: [...argv, ...(toml === undefined ? [] : ["relay.toml"])], environment, readText });
}

function config(loaded: Loaded): RelayConfig {
  if (loaded.kind === "refused") assert.fail(describeProblems(loaded.problems));
  return loaded.kind === "run" ? loaded.config : assert.fail(loaded.kind);
}

function problems(loaded: Loaded): string[] {
  if (loaded.kind !== "refused") assert.fail(loaded.kind);
  return loaded.problems.map((problem) => `${problem.where}: ${problem.what}`);
}

/** The least that starts on loopback. */
const LEAST = ["--listen", "127.0.0.1:4443", "--listen-tls-generate", "localhost", "--auth-public", ""];

const DOCUMENTED =
  "--server-bind 127.0.0.1:4443 --web-http-listen 127.0.0.1:4443 --tls-generate localhost,127.0.0.1 --auth-public |" +
  " --client-tls-disable-verify --cluster-root 127.0.0.1:4440 --cluster-node 127.0.0.1:4443";

test("the documented command line of a node works as it stands", () => {
  const read = config(load(DOCUMENTED.split(" ").map((word) => (word === "|" ? "" : word))));
  assert.equal(read.development, false);
  assert.equal(read.listen.bind.text, "127.0.0.1:4443");
  assert.equal(read.web.http.listen?.text, "127.0.0.1:4443");
  assert.deepEqual(read.listen.tls.generate, ["localhost", "127.0.0.1"]);
  assert.deepEqual(
    read.auth.public.map((pattern) => pattern.text),
    ["**"],
  );
  assert.equal(read.connect.tls.insecure, true);
  assert.deepEqual(
    read.cluster.root.map((root) => root.text),
    ["127.0.0.1:4440"],
  );
  assert.equal(read.cluster.node?.text, "127.0.0.1:4443");
  assert.equal(isRoot(read), false);
  assert.equal(onLoopback(read), true);
  assert.equal(describeSource(read.sources.get("listen.bind")!), "--server-bind");
});

test("the same node through a file and through the environment is the same configuration", () => {
  const { sources: _, ...byFlags } = config(load(DOCUMENTED.split(" ").map((word) => (word === "|" ? "" : word))));
  const toml = `
    [server]
    listen = "127.0.0.1:4443"
    tls.generate = ["localhost", "127.0.0.1"]
    [web.http]
    listen = "127.0.0.1:4443"
    [auth]
    public = ""
    [client.tls]
    disable_verify = true
    [cluster]
    root = "127.0.0.1:4440"
    node = "127.0.0.1:4443"
  `;
  const { sources: __, ...byFile } = config(load([], toml));
  const { sources: ___, ...byEnvironment } = config(
    load([], undefined, {
      MOQ_SERVER_BIND: "127.0.0.1:4443",
      MOQ_SERVER_TLS_GENERATE: "localhost,127.0.0.1",
      MOQ_WEB_HTTP_LISTEN: "127.0.0.1:4443",
      MOQ_AUTH_PUBLIC: "",
      MOQ_CLIENT_TLS_DISABLE_VERIFY: "true",
      MOQ_CLUSTER_ROOT: "127.0.0.1:4440",
      MOQ_CLUSTER_NODE: "127.0.0.1:4443",
    }),
  );
  assert.deepEqual(byFile, byFlags);
  assert.deepEqual(byEnvironment, byFlags);
});

test("nothing at all is development mode on loopback", () => {
  const read = config(load([]));
  assert.deepEqual(read, developmentConfig());
  assert.equal(read.development, true);
  assert.equal(read.listen.bind.text, "127.0.0.1:4443");
  assert.equal(read.web.http.listen?.text, "127.0.0.1:4443");
  assert.deepEqual(read.listen.tls.generate, ["localhost", "127.0.0.1", "::1"]);
  assert.equal(isRoot(read), true);
  assert.deepEqual(read.sources.get("listen.bind"), { kind: "development" });
});

test("a log level alone stays development mode, any other option leaves it", () => {
  assert.equal(config(load(["--log-level", "debug"])).development, true);
  assert.equal(config(load(LEAST)).development, false);
  assert.match(problems(load(["--listen", "127.0.0.1:1"])).join("\n"), /no certificate/);
});

test("the configuration is frozen throughout", () => {
  const read = config(load(LEAST)) as unknown as { listen: { tls: { generate: string[] } } };
  assert.throws(() => read.listen.tls.generate.push("x"), TypeError);
  assert.throws(() => Object.assign(read.listen, { bind: 1 }), TypeError);
});

test("all problems of all sources are said at once, each with its place", () => {
  const toml =
    '[server]\nbnd = "127.0.0.1:1"\n\n[quic]\nidle_timeout = "5x"\n[auth]\nkey = "root.jwk"\n[clutser]\nroot = "a"\n';
  assert.deepEqual(problems(load(["--cache-capacity", "--clster-root", "a"], toml, { MOQ_WEB_WS: "maybe" })), [
    "--cache-capacity: needs a value",
    "--clster-root: unknown flag; did you mean --cluster-root?",
    'MOQ_WEB_WS: "maybe" must be true or false',
    "relay.toml:2: server.bnd: unknown key; did you mean server.bind?",
    'relay.toml:5: quic.idle_timeout: "5x" is not a duration: write "10s", "250ms", "1m30s", or a number of seconds',
    "relay.toml:7: auth.key: not available in this version: access by token comes later; anonymous access is auth.public",
    "relay.toml:8: [clutser]: unknown table; did you mean [cluster]?",
  ]);
});

test("--dev is development mode on another port, beside other options", () => {
  const read = config(load(["--dev", "4444", "--cluster-root", "127.0.0.1:4443", "--cache-duration", "5s"]));
  assert.equal(read.development, true);
  const { listen, web, cluster } = read;
  assert.deepEqual(
    [listen.bind, web.http.listen, cluster.node, cluster.root[0]].map((one) => one?.text),
    ["127.0.0.1:4444", "127.0.0.1:4444", "127.0.0.1:4444", "127.0.0.1:4443"],
  );
  assert.deepEqual(config(load(["--dev"])), developmentConfig());
  assert.deepEqual(config(load(["--dev=0"])), developmentConfig(0));
  assert.equal(config(load(["--dev"], 'listen = "127.0.0.1:9"')).listen.bind.text, "127.0.0.1:9");
  assert.deepEqual(problems(load(["--dev=x"])), ['--dev: "x" is not a port: write --dev, or --dev=4453']);
});

test("development mode stays on this machine", () => {
  assert.deepEqual(problems(load(["--dev", "--listen", ":4443"])), [
    "--listen: [::]:4443 is not on loopback, and development mode is open to all: leave out --dev, or the address",
    "--listen: [::]:4443 is not on loopback: a cluster without credentials runs on loopback only (credentials come with a later version); listen on 127.0.0.1:4443",
  ]);
});

test("an address in the place of the table listen is where the relay listens", () => {
  const read = config(load(["--tls-generate", "localhost", "--auth-public", ""], 'listen = "127.0.0.1:5550"\n'));
  assert.equal(read.listen.bind.text, "127.0.0.1:5550");
});

test("--check asks only whether the configuration can be used, and help is a word, too", () => {
  const loaded = load([...LEAST, "--check"]);
  assert.equal(loaded.kind === "run" && loaded.check, true);
  assert.deepEqual(load(["help"]), { kind: "help", all: false });
});

test("what is forgotten in a line of TOML is said", () => {
  const lines: [string, RegExp][] = [
    ["listen = 127.0.0.1:5550", /text stands in quotes: listen = "127\.0\.0\.1:5550"/],
    ["[listen", /a table ends in a bracket: \[listen\]/],
    ['cluster.root = ["a"', /a list ends in a bracket/],
    ['listen = "127.0.0.1:1', /ends in the quote/],
    ["listen =", /a key needs a value/],
    ["listen", /a key needs a value/],
  ];
  for (const [line, hint] of lines) assert.match(problems(load([], `${line}\n`))[0]!, hint, line);
});

test("what is allowed and is most likely a mistake is a warning", () => {
  const warnings = (...argv: string[]): string => {
    const loaded = load(argv);
    return loaded.kind === "run" ? loaded.warnings.join("\n") : assert.fail(problems(loaded).join("\n"));
  };
  assert.match(
    warnings(...LEAST, "--cluster-node", "127.0.0.1:4444"),
    /listens on port 4443: other nodes will dial 4444/,
  );
  assert.match(warnings(...LEAST, "--tls-cert", "a", "--tls-key", "b"), /leave this out/);
  assert.match(warnings("--listen", ":443", "--tls-generate", "a", "--auth-public", ""), /everybody who can reach/);
  assert.equal(warnings(...LEAST), "");
});

test("a file that is not TOML is refused with line and column", () => {
  assert.match(problems(load([], "[listen]\nbind = \n"))[0]!, /^relay\.toml:2:8: is not TOML: /);
});

test("a file that is not there is refused by name", () => {
  const readText = (): string => {
    throw Object.assign(new Error("no"), { code: "ENOENT" });
  };
  const loaded = loadConfig({ argv: ["gone.toml"], environment: {}, readText });
  assert.deepEqual(problems(loaded), ["gone.toml: there is no such file"]);
});

test("a variable that nobody knows is a warning, and its right name is said", () => {
  const loaded = load(LEAST, undefined, { MOQ_LOG_LEVLE: "debug" });
  assert.deepEqual(loaded.kind === "run" && loaded.warnings, [
    "MOQ_LOG_LEVLE: unknown variable, ignored; did you mean MOQ_LOG_LEVEL?",
  ]);
});

test("an empty variable is unset, but for those where the empty text means everything", () => {
  const read = config(
    load(["--listen", "127.0.0.1:1", "--tls-generate", "localhost"], undefined, {
      MOQ_LOG_LEVEL: "",
      MOQ_AUTH_PUBLIC: "",
    }),
  );
  assert.equal(read.log.level, "info");
  assert.equal(read.auth.public[0]?.text, "**");
});

test("a single bare host in cluster.connect is a root, anything else is a peer, and the log says which", () => {
  const cases: [readonly string[], string | undefined, string[], string[]][] = [
    [["--cluster-connect", "localhost:4440"], undefined, ["localhost:4440"], []],
    [["--cluster-connect", "http://localhost:4440"], undefined, [], ["localhost:4440"]],
    [["--cluster-connect", "localhost:1,localhost:2"], undefined, [], ["localhost:1", "localhost:2"]],
    [[], 'cluster.connect = "localhost:4440"', ["localhost:4440"], []],
    [[], 'cluster.connect = ["localhost:4440"]', [], ["localhost:4440"]],
    [[], 'cluster.connect = { url = "https://localhost:4440", cost = 7 }', [], ["localhost:4440"]],
  ];
  for (const [argv, toml, roots, peers] of cases) {
    const loaded = load([...LEAST, ...argv], toml);
    const { cluster } = config(loaded);
    assert.deepEqual([cluster.root.map((one) => one.text), cluster.connect.map((one) => one.text)], [roots, peers]);
    if (roots.length > 0) assert.match((loaded.kind === "run" && loaded.notes[0]) || "", /read as a root/);
  }
  assert.match(problems(load([...LEAST, "--cluster-connect", "a", "--cluster-root", "b"]))[0]!, /two spellings/);
});

test("older settings for the two directions are one setting when they agree, and refused when they do not", () => {
  const both = (client: string): Loaded =>
    load([...LEAST, "--server-quic-idle-timeout", "20s", "--client-quic-idle-timeout", client]);
  assert.equal(config(both("20s")).quic.idleTimeout, 20_000);
  assert.match(problems(both("30s"))[0]!, /two spellings/);
});

test("a cluster without credentials is refused anywhere but on loopback", () => {
  const refused = problems(
    load([
      "--tls-generate",
      "x",
      "--auth-public",
      "",
      "--web-http-listen",
      ":80",
      "--cluster-root",
      "r.example",
      "--cluster-node",
      "n.example",
    ]),
  );
  assert.equal(refused.length, 4);
  for (const problem of refused) assert.match(problem, /not on loopback: a cluster without credentials/);
  assert.match(refused[0]!, /^listen\.bind \(--listen\): \[::\]:443/);
  assert.equal(onLoopback(config(load(["--tls-generate", "x", "--auth-public", ""]))), false);
});

test("a node that is in the list of roots is a root and dials the others", () => {
  const list = ["--cluster-root", "localhost:1", "--cluster-root", "http://localhost:2/"];
  const read = config(load([...LEAST, ...list, "--cluster-node", "https://LOCALHOST:2"]));
  assert.equal(isRoot(read), true);
  assert.deepEqual(
    otherRoots(read).map((root) => root.text),
    ["localhost:1"],
  );
});

test("what is switched off that this version does not have changes nothing", () => {
  const toml = "[stats]\nenabled = false\n[iroh]\nenabled = false\n[cluster]\nmesh = false\n";
  assert.equal(load(LEAST, toml).kind, "run");
  assert.match(problems(load(LEAST, "stats.enabled = true"))[0]!, /not available in this version/);
});

test("what is gone is accepted with a warning", () => {
  const loaded = load([...LEAST, "--server-backend", "quinn"]);
  assert.deepEqual(loaded.kind === "run" && loaded.warnings, [
    "--server-backend: has no effect: there is one QUIC stack",
  ]);
});

test("values that contradict each other are refused", () => {
  const cases: [string[], RegExp][] = [
    [["--listen-tls-cert", "a.pem"], /a key for each/],
    [["--connect-tls-cert", "a.pem"], /needs connect\.tls\.key/],
    [["--connect-tls-insecure", "--connect-tls-fingerprint", "ab".repeat(32)], /keep one of them/],
    [["--quic-keep-alive", "10s"], /less than quic\.idle_timeout/],
    [["--backoff-max", "1ms"], /at least backoff\.initial/],
    [["--quic-stream-receive-window", "1GiB"], /at most quic\.receive_window/],
    [["--web-http-listen", ":80", "--internal-listen", ":80"], /same address/],
    [["--log-level", "info", "--log-level", "warn"], /more than once/],
    [["a.toml", "b.toml"], /one configuration file/],
  ];
  for (const [argv, expected] of cases) {
    const loaded = loadConfig({ argv: [...LEAST, ...argv], environment: {}, readText: () => "" });
    assert.match(problems(loaded).join("\n"), expected);
  }
});

test("congestion control goes by its kind or by its name, and by no other word", () => {
  const chosen = (word: string) => config(load([...LEAST, "--quic-congestion-control", word])).quic.congestionControl;
  assert.deepEqual(["loss", "cubic", "CUBIC"].map(chosen), ["loss", "loss", "loss"]);
  assert.deepEqual(["delay", "bbr"].map(chosen), ["delay", "delay"]);
  const said = problems(load([...LEAST, "--quic-congestion-control", "vegas"])).join();
  assert.match(said, /quic-congestion-control: "vegas" is not one of loss, delay/);
});

test("a secret in a URL is not repeated in the message", () => {
  const said = problems(load([...LEAST, "--cluster-connect", "https://user:hunter2@localhost/?jwt=SECRET"])).join();
  assert.doesNotMatch(said, /SECRET|hunter2/);
});

test("help and version win over everything that is wrong", () => {
  assert.deepEqual(load(["--nonsense", "--help"]), { kind: "help", all: false });
  assert.deepEqual(load(["-h"]), { kind: "help", all: false });
  assert.deepEqual(load(["--help-all"]), { kind: "help", all: true });
  assert.deepEqual(load(["-V"]), { kind: "version" });
});

const FLAGS_OF_0_17_10 = `listen listen-tcp-bind listen-unix-bind listen-unix-allow-uid listen-unix-allow-gid
  listen-unix-allow-pid listen-version listen-timeout listen-tls-cert listen-tls-key listen-tls-generate listen-tls-root
  listen-preferred-v4 listen-preferred-v6 listen-quic-lb-id listen-quic-lb-nonce connect connect-bind connect-race
  connect-resolution-delay connect-timeout connect-version connect-once connect-tls-root connect-tls-system-roots
  connect-tls-fingerprint connect-tls-cert connect-tls-key connect-tls-insecure connect-tls-host-name
  connect-websocket-enabled connect-websocket-delay backoff-initial backoff-multiplier backoff-max backoff-timeout
  goaway-redirect goaway-handover quic-max-streams quic-gso quic-idle-timeout quic-keep-alive quic-mtu-discovery
  quic-congestion-control quic-receive-window quic-stream-receive-window quic-send-window quic-qlog log-level
  runtime-workers runtime-pin runtime-io-uring cluster-id cluster-max-hops cluster-connect cluster-connect-api
  cluster-node cluster-lan cluster-lan-secret cluster-lan-app cluster-token cluster-tier auth-url auth-public
  auth-public-subscribe auth-public-publish web-ws web-http-listen web-https-listen web-https-cert web-https-key
  web-https-root stats-enabled stats-prefix stats-interval stats-node stats-depth stats-linger cache-capacity
  cache-headroom cache-duration internal-listen drain-timeout iroh-enabled iroh-secret iroh-bind-v4 iroh-bind-v6
  iroh-disable-relay`;

test("every flag of the newest Rust relay is known by name", () => {
  for (const flag of FLAGS_OF_0_17_10.split(/\s+/)) {
    const loaded = load([`--${flag}=x`]);
    if (loaded.kind === "refused") assert.doesNotMatch(problems(loaded).join("\n"), /unknown flag/, flag);
  }
});
