import { isHidden, normalizePath } from "@moq-relay/protocol/model";
import { MAX_PATH, MAX_PATH_SEGMENTS, MAX_TRACK_NAME } from "@moq-relay/protocol/wire";
import { type RelayView, webApp } from "../../../../packages/relay/src/admin/index.ts";
import { addressIn, isCredible, ORIGINS } from "../../../../packages/relay/src/cluster/names.ts";
import { parsePublic } from "../../../../packages/relay/src/config/index.ts";
import { TestRelay } from "../../../../packages/relay/src/core.fixture.ts";
import { rootOf } from "../../../../packages/relay/src/doors/accept.ts";
import { PublicView } from "../../../../packages/relay/src/http/public-view.ts";
import { defaultLimits } from "../../../../packages/relay/src/limits.ts";
import { must, type Target } from "../target.ts";

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

const WORDS: readonly Uint8Array[] = [
  ...[
    "%",
    "%2f",
    "%2F",
    "%00",
    "%25",
    "%ff",
    "%c3%a9",
    "%ed%a0%80",
    "%2e%2e",
    "..",
    ".",
    "/",
    "//",
    "?",
    "#",
    "&",
    "=",
  ],
  ...[".internal", "%2einternal", "origins", "group=", "latest", "-1", "1e3", "9007199254740993", "room/cam", "video"],
  ...["fetch/", "announced/", "\\", "@", ":", "a".repeat(500), "%61".repeat(200), "/d".repeat(40)],
].map((word) => ENCODER.encode(word));

function text(
  name: string,
  seeds: readonly string[],
  read: (text: string) => string | Promise<string>,
  options: Partial<Target> = {},
): Target {
  return {
    name: `http/${name}`,
    maxInput: 8_000,
    maxAllocated: 32 << 20,
    weight: 0.5,
    dictionary: WORDS,
    seeds: () => seeds.map((seed) => ENCODER.encode(seed)),
    run: (input) => read(DECODER.decode(input)),
    ...options,
  };
}

const root = text("root", ["/", "/anon", "/a/b?jwt=x", "/%61//b/", "/caf%c3%a9"], (written) => {
  const read = rootOf(written);
  if (read === undefined) return "refused";
  must(normalizePath(read) === read, "not in its normal form");
  must(Buffer.byteLength(read) <= MAX_PATH && read.split("/").length <= MAX_PATH_SEGMENTS, "too long for a name");
  return `${read.split("/").length}`;
});

const memberName = text(
  "member-name",
  ["a.example%3A443", `${ORIGINS}/a.example%3A443`, ".internal/ids/2a/%5B%3A%3A1%5D%3A443", "%"],
  (written) => {
    const address = addressIn(written);
    const offer = { hops: [42n], warm: 0, cold: 0 };
    const credible = isCredible(written, offer, { address: address ?? "", repeats: 0 });
    must(!credible || address !== undefined, "a name without an address is believed");
    must(!credible || written.startsWith(".internal/"), "a name outside is believed");
    return `${address === undefined} ${credible}`;
  },
);

/** What the hub of the pages' relay is asked for. */
const asked: { broadcast: string; track: string }[] = [];

/** The pages over a relay that serves everybody, and notes what they want of it. */
function pages(): (path: string) => Response | Promise<Response> {
  const { core } = new TestRelay();
  const open = [parsePublic("")];
  const view: RelayView = new PublicView({
    core,
    access: { subscribe: open, publish: open },
    maxFetchQueue: 1 << 20,
    maxFetchBytes: 1 << 20,
    readings: [],
    fingerprint: () => "ab".repeat(32),
    unready: () => undefined,
  });
  const { subscribe } = core.hub;
  core.hub.subscribe = (request, subscriber) => {
    asked.push(request);
    return subscribe.call(core.hub, request, subscriber);
  };
  const app = webApp(view, defaultLimits());
  return (path) => app.fetch(new Request(`http://relay.test/${path}`), { outgoing: { destroy: () => {} } } as never);
}

const STATUSES = new Set([200, 204, 400, 403, 404]);
let answer: ReturnType<typeof pages> | undefined;

/** A path and query of a request, as the web listener gives it to the pages. */
const request = text(
  "request",
  ["health", "announced/room", "fetch/room/cam/video?group=latest", "fetch/a%2Fb/t?group=7", "certificate.sha256"],
  async (path) => {
    answer ??= pages();
    asked.length = 0;
    // The server behind the real listener refuses what is no URL before it comes to a page.
    if (!URL.canParse(`http://relay.test/${path}`)) return "no URL";
    const response = await answer(path);
    await response.body?.cancel();
    must(STATUSES.has(response.status), `answered with ${response.status}`);
    const [request] = asked;
    if (request === undefined) return `${response.status}`;
    const { broadcast, track } = request;
    must(normalizePath(broadcast) === broadcast, `"${broadcast}" is not in its normal form`);
    must(!broadcast.startsWith(".internal/"), "the cluster's own names are asked for");
    must(Buffer.byteLength(broadcast) <= MAX_PATH, "the broadcast's name is too long to be asked for");
    must(broadcast.split("/").length <= MAX_PATH_SEGMENTS, "the broadcast's name is too deep to be asked for");
    must(Buffer.byteLength(track) <= MAX_TRACK_NAME, "the track's name is too long to be asked for");
    return `asked ${isHidden(broadcast)} ${response.status}`;
  },
  { chunk: 16, weight: 1, maxAllocated: 64 << 20 },
);

/** What comes in URLs. */
export const HTTP_TARGETS: readonly Target[] = [root, memberName, request];
