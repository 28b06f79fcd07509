import type * as Net from "@moq/net";
import type { Content } from "./content.ts";
import type { Face, FacePublication, FaceReader } from "./face.ts";

/** @moq/net from 0.2 on: producers and consumers. */
export function modernFace(net: typeof Net, session: Net.Connection.Established, content: Content): Face {
  return {
    version: session.version,
    announced(onEvent, onOver) {
      const announced = session.announced();
      read(
        () => announced.next(),
        ({ path, active }: Net.Announce.Event) => onEvent(path, active),
      ).then(
        () => onOver("its announcements have ended"),
        (error: Error) => onOver(error.message),
      );
    },
    publish: (path) => publish(net, session, path, content),
    subscribe(path, reader) {
      const broadcast = session.consume(net.Path.from(path));
      listed(broadcast, content).then(() => subscribe(broadcast.track(content.track), reader), reader.onFailed);
    },
    async fetch(path, sequence) {
      const group = await session.consume(net.Path.from(path)).track(content.track).fetchGroup(sequence);
      const frames: Uint8Array[] = [];
      await read(
        () => group.readFrame(),
        (frame: Net.Group.Frame) => void frames.push(frame.payload),
      );
      return frames;
    },
    close: () => session.close(),
  };
}

/** Resolves when the catalog, if there is to be one, has the track. */
async function listed(broadcast: Net.Broadcast.Consumer, { catalog, track }: Content): Promise<void> {
  if (catalog === undefined) return;
  const catalogs = broadcast.track(catalog.track).subscribe();
  for (let group = await catalogs.recvGroup(); group !== undefined; group = await catalogs.recvGroup()) {
    const frame = await group.readFrame();
    if (frame !== undefined && new TextDecoder().decode(frame.payload).includes(`"${track}"`)) return catalogs.close();
  }
  throw new Error(`the catalog ended without "${track}"`);
}

function subscribe(source: Net.Track.Consumer, reader: FaceReader): void {
  const track = source.subscribe();
  read(
    () => track.recvGroup(),
    (group: Net.Group.Consumer) => readGroup(group, reader),
  ).catch(reader.onFailed);
  read(
    () => track.recvDatagram(),
    (datagram: Net.Track.Datagram) => reader.onDatagram(datagram.payload),
  ).catch(() => {});
}

function publish(
  net: typeof Net,
  session: Net.Connection.Established,
  path: string,
  content: Content,
): FacePublication {
  const broadcast = new net.Broadcast.Producer();
  const track = broadcast.createTrack(content.track);
  let group: Net.Group.Producer | undefined;
  const now = () => net.Time.Timestamp.now();
  if (content.catalog !== undefined) {
    const catalog = broadcast.createTrack(content.catalog.track).appendGroup();
    catalog.writeFrame({ payload: content.catalog.payload, timestamp: now() });
    catalog.close();
  }
  session.publish(net.Path.from(path), broadcast);
  return {
    wanted: new Promise((resolve) => {
      if (track.used.peek()) resolve();
      track.used.subscribe((used: boolean) => used && resolve());
    }),
    openGroup() {
      group = track.appendGroup();
      return group.sequence;
    },
    writeFrame: (payload) => group?.writeFrame({ payload, timestamp: now() }),
    endGroup: () => group?.close(),
    datagram: (payload) => void track.appendDatagram(now(), payload),
    end: () => broadcast.close(),
  };
}

function readGroup(group: Net.Group.Consumer, reader: FaceReader): void {
  read(
    () => group.readFrame(),
    (frame: Net.Group.Frame) => reader.onFrame(frame.payload, group.sequence),
  ).catch(reader.onFailed);
}

/** Takes what `next` gives until it gives nothing more. */
async function read<T>(next: () => Promise<T | undefined>, take: (item: T) => void): Promise<void> {
  for (let item = await next(); item !== undefined; item = await next()) take(item);
}
