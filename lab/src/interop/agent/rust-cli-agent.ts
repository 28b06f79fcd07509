/**
 * moq-cli, led call by call (`calls.ts`). Its arguments are the transport and the file of a video, whose frames it publishes
 * and reads as fragmented MP4. moq-cli has no sessions in which one does one thing after the other, so each call that does
 * something over the wire is a run of its own: `import` publishes, `export` waits for a broadcast, reads it and ends with it,
 * and `fetch` reads a group.
 */
import { randomUUID } from "node:crypto";
import type { Transport } from "../cell.ts";
import { GROUP_SIZE } from "./calls.ts";
import { VideoContent } from "./content.ts";
import { Lacking } from "./face.ts";
import { bookOf } from "./reading.ts";
import { RustCliExport } from "./rust-cli-export.ts";
import { type Dialled, RustCliRun } from "./rust-cli-run.ts";
import { entry, type Serve, serveCalls } from "./serve.ts";

interface Session extends Dialled {
  readonly runs: RustCliRun[];
}

interface Publication {
  readonly run: RustCliRun;
  /** The open group, and how many frames are in it. */
  group: number;
  frames: number;
}

const [, , transport = "WebTransport", video = ""] = process.argv;
const content = new VideoContent(video);
const sessions = new Map<string, Session>();
const publications = new Map<string, Publication>();
const exports = new Map<string, RustCliExport>();

const serve: Serve = {
  async dial({ session, url, version }) {
    sessions.set(session, { url, version, transport: transport as Transport, runs: [] });
    const { connected } = exportOf(session, `nobody/${randomUUID()}`).run;
    return connected;
  },
  close({ session }) {
    for (const run of entry(sessions, session).runs) run.kill();
    sessions.delete(session);
    return null;
  },
  async announced({ session, path, active }) {
    const { begun, over } = exportOf(session, path);
    await (active ? begun : over);
    return null;
  },
  async publish({ session, path }) {
    const run = start(session, path, ["import", "fmp4"]);
    publications.set(path, { run, group: 0, frames: 0 });
    await run.connected;
    run.child.stdin.write(content.clip.init);
    return null;
  },
  // It does not tell, and there is no need: who subscribes later is given the latest group from its first frame.
  wanted: () => null,
  write({ path, frames, end }) {
    const publication = entry(publications, path);
    const { run, group } = publication;
    for (let count = 0; count < frames; count++) run.child.stdin.write(content.frame(group, publication.frames++));
    // What closes a group is the key frame of the next.
    if (end && publication.frames !== GROUP_SIZE) throw new Error(`a group of the video has ${GROUP_SIZE} frames`);
    if (end) Object.assign(publication, { group: group + 1, frames: 0 });
    return group;
  },
  datagram() {
    throw new Lacking("the client has no datagrams");
  },
  async unpublish({ path }) {
    const { run } = entry(publications, path);
    run.child.stdin.end();
    await run.ended;
    return null;
  },
  subscribe({ session, path }) {
    exportOf(session, path);
    return null;
  },
  received: ({ path, group, index }) => entry(exports, path).reading.received(group, index),
  receivedDatagram() {
    throw new Lacking("the client has no datagrams");
  },
  async fetch({ session, path, group }) {
    const run = start(session, path, ["fetch", "--json", "--group", String(group), content.track]);
    let printed = "";
    run.child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    await run.ended;
    const frames = printed.trim().split("\n");
    const payloads = frames.map((line) => Buffer.from((JSON.parse(line) as { payload: string }).payload, "base64"));
    return bookOf(content, payloads, group);
  },
};

serveCalls(serve);

function start(session: string, path: string, verb: readonly string[]): RustCliRun {
  const dialled = entry(sessions, session);
  const run = new RustCliRun(dialled, path, verb);
  run.ended.catch(() => {});
  dialled.runs.push(run);
  return run;
}

/** The run that reads a broadcast, which waits for it if it is not there yet. */
function exportOf(session: string, path: string): RustCliExport {
  const known = exports.get(path);
  if (known !== undefined) return known;
  // Each frame at once, instead of when its group is whole; and no group but the latest: 500 ms of the past, if not told.
  const verb = ["export", "--catalog-format", "hang", "fmp4", "--fragment-duration", "0s", "--max-age", "0s"];
  const reader = new RustCliExport(start(session, path, verb), content);
  exports.set(path, reader);
  return reader;
}
