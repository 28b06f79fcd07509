import fc from "fast-check";
import { MAX_HOPS, MAX_PATH_SEGMENTS } from "../limits.ts";
import type { Version } from "../lite/index.ts";
import { MAX_BOUND, MAX_COST, MAX_VARINT } from "../varint.ts";

/** As `fc.record`, of ordinary objects. */
export function record<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const integer = fc.oneof(
  fc.nat(0x3f),
  fc.nat(0x3fff),
  fc.nat(0x3fff_ffff),
  fc.maxSafeNat(),
  fc.constant(Number.MAX_SAFE_INTEGER),
);
const bound = fc.oneof(integer, fc.constant(MAX_BOUND));
const optional = fc.option(integer, { nil: undefined });
const byte = fc.nat(255);
const text = fc.string({ unit: "binary", maxLength: 40 });
const segment = text.map((value) => value.replaceAll("/", "")).filter((value) => value !== "");
const path = fc.array(segment, { maxLength: MAX_PATH_SEGMENTS }).map((segments) => segments.join("/"));
const hopId = fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: MAX_VARINT }));
const cost = fc.oneof(integer, fc.constant(MAX_COST));
const none = fc.constant(undefined);

function hops(version: Version): fc.Arbitrary<bigint[]> {
  switch (version.hops) {
    case "none":
      return fc.constant([]);
    case "count":
      return fc.nat(MAX_HOPS).map((count) => Array<bigint>(count).fill(0n));
    case "ids":
      return fc.uniqueArray(hopId, { maxLength: MAX_HOPS, comparator: (a, b) => a === b && a !== 0n });
  }
}

function delivery(version: Version) {
  const range = version.subscribeRange;
  return {
    priority: byte,
    ordered: version.ordered ? fc.boolean() : fc.constant(false),
    maxAge: range ? integer : fc.constant(0),
    startGroup: { none, optional, floor: integer }[version.startGroup],
    endGroup: range ? optional : none,
  };
}

function terms(version: Version) {
  return record({
    ...delivery(version),
    startFrame: version.frameBounds ? integer : fc.constant(0),
    endFrame: version.frameBounds ? optional : none,
  }).map((fields) => (fields.endGroup === undefined ? { ...fields, endFrame: undefined } : fields));
}

function announcement(version: Version): fc.Arbitrary<unknown> {
  const route = { hops: hops(version), cost: record({ warm: cost, cold: cost }) };
  if (version.announcements === "typed") {
    return fc.oneof(
      record({ kind: fc.constant("start"), suffix: path, ...route }),
      record({ kind: fc.constant("end"), id: integer }),
      record({ kind: fc.constant("restart"), id: integer, ...route }),
      record({ kind: fc.constant("incarnation"), incarnation: integer }),
    );
  }
  const statuses = version.restartStatus ? ["ended", "active", "restart"] : ["ended", "active"];
  const status = fc.constantFrom(...statuses);
  return record({ kind: fc.constant("status"), status, suffix: path, hops: hops(version) });
}

function subscribeReply(version: Version): fc.Arbitrary<unknown> {
  const ok = record({ kind: fc.constant("ok"), ...delivery(version) });
  const range = fc.tuple(integer, integer).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
  const drop = fc.tuple(range, integer).map(([groups, error]) => ({ kind: "drop", ...groups, error }));
  const start = record({ kind: fc.constant("start"), group: integer });
  const end = record({ kind: fc.constant("end"), group: bound });
  switch (version.subscribeReply) {
    case "ok-priority":
      return ok;
    case "ok-empty":
      return ok.map((fields) => ({ ...fields, priority: 0 }));
    case "ok":
      return fc.oneof(ok, drop);
    case "start":
      return fc.oneof(start, end, drop);
  }
}

/** How a request names its publisher. */
type Named = fc.Arbitrary<{ publisher?: bigint }>;
const unnamed: Named = fc.constant({});
const named: Named = record({ publisher: hopId });

function subscribe(version: Version, publisher: Named): fc.Arbitrary<unknown> {
  return fc
    .tuple(record({ id: integer, broadcast: path, track: text }), terms(version), publisher)
    .map(([names, rest, who]) => ({ ...names, ...rest, ...who }));
}

function fetch(version: Version, publisher: Named): fc.Arbitrary<unknown> {
  const bounds = fc.tuple(integer, optional).map(([startFrame, length]) => ({
    startFrame,
    endFrame: length === undefined ? undefined : Math.min(startFrame + length, Number.MAX_SAFE_INTEGER),
  }));
  const all = fc.constant({ startFrame: 0, endFrame: undefined });
  const fields = record({ broadcast: path, track: text, priority: byte, group: integer });
  return fc.tuple(fields, version.frameBounds ? bounds : all, publisher).map(([a, b, c]) => ({ ...a, ...b, ...c }));
}

const setup = record({
  probe: fc.constantFrom("none", "report", "increase"),
  path: fc.option(text, { nil: undefined }),
  role: fc.constantFrom("both", "publisher", "subscriber"),
  cost: fc.option(cost, { nil: undefined }),
  hop: hopId,
  others: fc.uniqueArray(record({ id: integer.filter((id) => id < 1 || id > 5), value: fc.uint8Array() }), {
    selector: ({ id }) => id,
    maxLength: 20,
  }),
});

/** Any value that a message of this kind can have in this version; `undefined` where the version has no such message. */
export function valuesOf(kind: string, version: Version): fc.Arbitrary<unknown> | undefined {
  const where = (has: boolean, values: fc.Arbitrary<unknown>) => (has ? values : undefined);
  switch (kind) {
    case "announce-stream":
      return record({ prefix: path, excludeHop: version.excludeHop ? hopId : fc.constant(0n) });
    case "announce-init":
      return where(version.announceReply === "init", record({ suffixes: fc.array(path, { maxLength: 10 }) }));
    case "announce-ok":
      return where(version.announceReply === "ok", record({ hop: hopId, activeCount: integer }));
    case "announcement":
      return announcement(version);
    case "subscribe-stream":
      return subscribe(version, unnamed);
    case "subscribe-among-ours-stream":
      return subscribe(version, named);
    case "subscribe-update":
      return where(version.subscribeUpdate, terms(version));
    case "subscribe-reply":
      return subscribeReply(version);
    case "track-stream":
      return where(version.trackInfo, record({ broadcast: path, track: text }));
    case "track-info": {
      const ordered = version.ordered ? fc.boolean() : fc.constant(false);
      const timescale = integer.filter((value) => value > 0);
      return where(version.trackInfo, record({ priority: byte, ordered, maxAge: integer, timescale }));
    }
    case "fetch-stream":
      return where(version.fetch, fetch(version, unnamed));
    case "fetch-among-ours-stream":
      return where(version.fetch, fetch(version, named));
    case "probe": {
      const rtt = version.probe === "rtt" ? integer : fc.constant(0);
      return where(version.probe !== "none", record({ bitrate: integer, rtt }));
    }
    case "goaway-stream":
      return where(version.goaway, record({ uri: text }));
    case "setup-stream":
      return where(version.setup === "stream", setup);
    case "session-info":
      return where(version.sessionInfo, record({ bitrate: integer }));
    case "client-setup-stream":
      return record({ versions: fc.array(integer, { maxLength: 64 }) });
    case "server-setup-stream":
      return record({ version: integer });
    default:
      throw new Error(`no values of ${kind}`);
  }
}
