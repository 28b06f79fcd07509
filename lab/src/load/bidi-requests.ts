import type { BidiEvents, BidiStream, SendEvents } from "@moq-relay/protocol/transport";
import { type Cursor, Framer } from "@moq-relay/protocol/wire";
import { MAX_MESSAGE } from "./load-track.ts";

/** What a peer asked on a stream of its own: the type of the stream, its first message, and where to answer. */
export type OnRequest = (type: number, body: Cursor, stream: BidiStream) => void;

/** Reads the first message of a stream that the peer opened. `onGone` is called once, when the peer has withdrawn. */
export function readRequest(
  stream: BidiStream,
  onRequest: OnRequest,
  onGone: (stream: BidiStream) => void,
): BidiEvents {
  const framer = new Framer(MAX_MESSAGE);
  let type: number | undefined;
  let answered = false;
  return {
    ...QUIET_SENDER,
    onData(bytes) {
      if (answered) return;
      framer.push(bytes);
      type ??= framer.type();
      const body = type === undefined ? undefined : framer.message();
      if (type === undefined || body === undefined) return;
      answered = true;
      onRequest(type, body, stream);
    },
    onFin: () => onGone(stream),
    onReset: () => onGone(stream),
  };
}

/** For streams whose sending side needs no attention: what is queued on them is little. */
export const QUIET_SENDER: SendEvents = {
  onStopped() {},
  onPressure() {},
  onDrained() {},
  onOverflow() {},
  onDelivered() {},
};
