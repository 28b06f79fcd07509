/**
 * One of the npm packages, led call by call (`calls.ts`), on one transport: their names come in the arguments. It is a
 * process of its own because the packages look for WebTransport in the global scope.
 */
import { createInterface } from "node:readline";
import type * as Lite from "@moq/lite";
import type * as Net from "@moq/net";
import type { VersionName } from "@moq-relay/protocol/wire";
import { decodeFrame, encodeFrame, wallClock } from "../../frames/numbered-frame.ts";
import { Announcements } from "./announcements.ts";
import { type Answer, type Book, type Calls, FRAME_SIZE, GROUP_SIZE, type Request } from "./calls.ts";
import { classicFace } from "./classic-face.ts";
import { connectOptions } from "./dial.ts";
import { type Face, type FacePublication, Lacking } from "./face.ts";
import { modernFace } from "./modern-face.ts";
import { Reading } from "./reading.ts";

interface Session {
  readonly face: Face;
  readonly announcements: Announcements;
}

interface Publication {
  readonly face: FacePublication;
  /** The sequence of the open group, and how many frames are in it. */
  group: number | undefined;
  frames: number;
}

type Serve = {
  [Name in keyof Calls]: (ask: Calls[Name]["ask"]) => Promise<Calls[Name]["answer"]> | Calls[Name]["answer"];
};

const [, , module = "@moq/net", transport = "WebSocket"] = process.argv;
quietConsole();
const net = (await import(module)) as typeof Net | typeof Lite;
const sessions = new Map<string, Session>();
const publications = new Map<string, Publication>();
const readings = new Map<string, Reading>();

const serve: Serve = {
  async dial({ session, url, version }) {
    const face = await dial(url, version as VersionName | undefined);
    const announcements = new Announcements();
    sessions.set(session, { face, announcements });
    face.announced(announcements.note, announcements.end);
    return face.version;
  },
  close({ session }) {
    sessions.get(session)?.face.close();
    return null;
  },
  async announced({ session, path, active }) {
    await entry(sessions, session).announcements.expect(path, active);
    return null;
  },
  publish({ session, path }) {
    publications.set(path, { face: entry(sessions, session).face.publish(path), group: undefined, frames: 0 });
    return null;
  },
  async wanted({ path }) {
    await entry(publications, path).face.wanted;
    return null;
  },
  write({ path, frames, end }) {
    const publication = entry(publications, path);
    const { face } = publication;
    publication.group ??= face.openGroup();
    const { group } = publication;
    for (let count = 0; count < frames; count++) face.writeFrame(numbered(group, publication.frames++));
    if (end) {
      face.endGroup();
      Object.assign(publication, { group: undefined, frames: 0 });
    }
    return group;
  },
  datagram({ path }) {
    entry(publications, path).face.datagram(numbered(0, 0));
    return null;
  },
  unpublish({ path }) {
    entry(publications, path).face.end();
    return null;
  },
  subscribe({ session, path }) {
    const reading = new Reading();
    readings.set(path, reading);
    entry(sessions, session).face.subscribe(path, reading);
    return null;
  },
  received: ({ path, group, index }) => entry(readings, path).received(group, index),
  receivedDatagram: ({ path }) => entry(readings, path).receivedDatagram(),
  async fetch({ session, path, group }) {
    const frames = await entry(sessions, session).face.fetch(path, group);
    return bookOf(frames, group);
  },
};

createInterface({ input: process.stdin })
  .on("line", (line) => answer(JSON.parse(line) as Request))
  .on("close", () => process.exit(0));
// A package that lets a promise of its own go unheard must not take the other sessions with it.
process.on("unhandledRejection", (error) => console.error(error));

function answer({ id, call, ask }: Request): void {
  const tell = (said: Answer) => process.stdout.write(`${JSON.stringify(said)}\n`);
  const asked = (async () => (serve[call] as (ask: unknown) => unknown)(ask))();
  asked.then(
    (value) => tell({ id, answer: value }),
    (error: unknown) => tell({ id, error: reason(error), ...(error instanceof Lacking ? { lacking: true } : {}) }),
  );
}

async function dial(url: string, version: VersionName | undefined): Promise<Face> {
  const options = await connectOptions(module, url, transport, version);
  const { connect } = net.Connection as { connect(url: URL, options: unknown): Promise<unknown> };
  const session = await connect(new URL(url), options);
  return "Producer" in net.Broadcast
    ? modernFace(net as typeof Net, session as Net.Connection.Established)
    : classicFace(net as typeof Lite, session as Lite.Connection.Established);
}

function entry<T>(map: ReadonlyMap<string, T>, key: string): T {
  const found = map.get(key);
  if (found === undefined) throw new Error(`there is no "${key}" here`);
  return found;
}

function numbered(group: number, index: number): Uint8Array {
  return encodeFrame({ instance: 1, group, index, groupSize: GROUP_SIZE, sentAt: wallClock() }, FRAME_SIZE);
}

function bookOf(payloads: readonly Uint8Array[], group: number): Book {
  const read = payloads.map(decodeFrame);
  const frames = read.flatMap((frame) => (frame?.group === group ? [`${group}/${frame.index}`] : []));
  return { frames, altered: read.length - frames.length };
}

/** An AggregateError says nothing of its own. */
function reason(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reason).join("; ");
  return error instanceof Error ? error.message : String(error);
}

/** The packages write to the console, and standard output is taken. */
function quietConsole(): void {
  for (const method of ["log", "info", "debug"] as const) console[method] = () => {};
  console.warn = console.error;
}
