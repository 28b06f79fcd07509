import type * as Lite from "@moq/lite";
import { TRACK } from "./calls.ts";
import { type Face, type FacePublication, type FaceReader, Lacking } from "./face.ts";

/** @moq/lite, and @moq/net before 0.2: tracks are asked for, frames are bytes without a time. */
export function classicFace(lite: typeof Lite, session: Lite.Connection.Established): Face {
  return {
    version: session.version,
    announced(onEvent, onOver) {
      const announced = session.announced();
      read(
        () => announced.next(),
        ({ path, active }) => onEvent(path, active),
      ).then(
        () => onOver("its announcements have ended"),
        (error: Error) => onOver(error.message),
      );
    },
    publish: (path) => publish(lite, session, path),
    subscribe(path, reader) {
      const track = session.consume(lite.Path.from(path)).subscribe(TRACK, 0);
      read(
        () => track.recvGroup(),
        (group) => readGroup(group, reader),
      ).catch(reader.onFailed);
      reader.onNoDatagrams("the client has no datagrams");
    },
    fetch() {
      throw new Lacking("the client has no fetch");
    },
    close: () => session.close(),
  };
}

function publish(lite: typeof Lite, session: Lite.Connection.Established, path: string): FacePublication {
  const broadcast = new lite.Broadcast();
  const request = Promise.withResolvers<void>();
  let track: Lite.Track | undefined;
  let group: Lite.Group | undefined;
  read(
    () => broadcast.requested(),
    (requested) => {
      if (requested.track.name !== TRACK) return;
      track = requested.track;
      request.resolve();
    },
  ).catch(request.reject);
  session.publish(lite.Path.from(path), broadcast);
  return {
    wanted: request.promise,
    openGroup() {
      group = track?.appendGroup();
      if (group === undefined) throw new Error("nobody has asked for the track");
      return group.sequence;
    },
    writeFrame: (payload) => group?.writeFrame(payload),
    endGroup: () => group?.close(),
    datagram() {
      throw new Lacking("the client has no datagrams");
    },
    end: () => broadcast.close(),
  };
}

function readGroup(group: Lite.Group, reader: FaceReader): void {
  read(
    () => group.readFrame(),
    (frame) => reader.onFrame(frame, group.sequence),
  ).catch(reader.onFailed);
}

/** Takes what `next` gives until it gives nothing more. */
async function read<T>(next: () => Promise<T | undefined>, take: (item: T) => void): Promise<void> {
  for (let item = await next(); item !== undefined; item = await next()) take(item);
}
