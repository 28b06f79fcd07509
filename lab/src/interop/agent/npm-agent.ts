/**
 * One of the npm packages, led call by call (`calls.ts`), on one transport: their names come in the arguments, and after them
 * the file of a video, when its frames are to be that. It is a process of its own because the packages look for WebTransport
 * in the global scope.
 */
import type * as Lite from "@moq/lite";
import type * as Net from "@moq/net";
import type { VersionName } from "@moq-relay/protocol/wire";
import { Announcements } from "./announcements.ts";
import { classicFace } from "./classic-face.ts";
import { type Content, numberedContent, VideoContent } from "./content.ts";
import { connectOptions } from "./dial.ts";
import type { Face, FacePublication } from "./face.ts";
import { modernFace } from "./modern-face.ts";
import { bookOf, Reading } from "./reading.ts";
import { entry, type Serve, serveCalls } from "./serve.ts";

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

const [, , module = "@moq/net", transport = "WebSocket", video] = process.argv;
const content: Content = video === undefined ? numberedContent : new VideoContent(video);
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
    for (let count = 0; count < frames; count++) face.writeFrame(content.frame(group, publication.frames++));
    if (end) {
      face.endGroup();
      Object.assign(publication, { group: undefined, frames: 0 });
    }
    return group;
  },
  datagram({ path }) {
    entry(publications, path).face.datagram(content.frame(0, 0));
    return null;
  },
  unpublish({ path }) {
    entry(publications, path).face.end();
    return null;
  },
  subscribe({ session, path }) {
    const reading = new Reading(content);
    readings.set(path, reading);
    entry(sessions, session).face.subscribe(path, reading);
    return null;
  },
  received: ({ path, group, index }) => entry(readings, path).received(group, index),
  receivedDatagram: ({ path }) => entry(readings, path).receivedDatagram(),
  async fetch({ session, path, group }) {
    const frames = await entry(sessions, session).face.fetch(path, group);
    return bookOf(content, frames, group);
  },
};

serveCalls(serve);

async function dial(url: string, version: VersionName | undefined): Promise<Face> {
  const options = await connectOptions(module, url, transport, version);
  const { connect } = net.Connection as { connect(url: URL, options: unknown): Promise<unknown> };
  const session = await connect(new URL(url), options);
  return "Producer" in net.Broadcast
    ? modernFace(net as typeof Net, session as Net.Connection.Established, content)
    : classicFace(net as typeof Lite, session as Lite.Connection.Established);
}

/** The packages write to the console, and standard output is taken. */
function quietConsole(): void {
  for (const method of ["log", "info", "debug"] as const) console[method] = () => {};
  console.warn = console.error;
}
