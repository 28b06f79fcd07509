import { LIVE, type Path } from "@moq-relay/protocol/model";
import type { Session, Upstream, UpstreamEvents } from "@moq-relay/protocol/session";
import { Cursor, decodeFrameHeader } from "@moq-relay/protocol/wire";

/** How long a node has to say how it is, milliseconds: it does so every second. */
const PATIENCE = 1_500;
/** Bytes that a node's word may have. */
const MAX_STATUS = 64 << 10;

/**
 * The next word of a node's `status` track, asked of the node itself and not by way of the route table, which is in doubt when
 * roots are lost. Undefined when none comes in time.
 */
export function nextStatus(session: Session, broadcast: Path): Promise<string | undefined> {
  return new Promise((resolve) => {
    let upstream: Upstream | undefined;
    const pieces: Uint8Array[] = [];
    let size = 0;
    const end = (text?: string): void => {
      clearTimeout(timer);
      upstream?.cancel();
      upstream = undefined;
      resolve(text);
    };
    const timer = setTimeout(end, PATIENCE);
    const fail = (): void => end();
    const word = {
      onData: (bytes: Uint8Array): void => {
        size += bytes.length;
        if (size > MAX_STATUS) end();
        // The bytes are the transport's again when this returns.
        else pieces.push(bytes.slice());
      },
      onFin: (): void => end(payloadOf(Buffer.concat(pieces), session)),
      onReset: fail,
    };
    const nothing = (): void => {};
    const events: UpstreamEvents = {
      onStart: nothing,
      onEnd: nothing,
      onDrop: nothing,
      onGroup: () => (size === 0 ? word : undefined),
      onDone: fail,
      onError: fail,
    };
    upstream = session.subscribe({ ...LIVE, broadcast, track: "status" }, events);
  });
}

/** The text of the first frame; undefined when it is not whole. */
function payloadOf(bytes: Uint8Array, { format }: Session): string | undefined {
  try {
    const cursor = new Cursor(bytes);
    const { length } = decodeFrameHeader(cursor, format);
    return cursor.text("status", length);
  } catch {
    return undefined;
  }
}
