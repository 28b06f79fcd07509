import { datagramFrameSize } from "../codec/datagram.ts";
import { type Framing, hasRecords, MAX_RECORD } from "../codec/framing.ts";
import type { TransportParameters } from "../codec/parameters.ts";
import type { Settings } from "../settings.ts";
import { streamWindow } from "./receiver.ts";

/** What this side tells its peers. */
export function ownParameters(settings: Settings, framing: Framing): TransportParameters {
  const { maxConnectionReceive, maxBidiStreams, maxUniStreams } = settings.limits;
  const window = streamWindow(maxConnectionReceive);
  const records = hasRecords(framing);
  return {
    idleTimeout: settings.idleTimeout,
    maxData: maxConnectionReceive,
    maxStreamDataBidiLocal: window,
    maxStreamDataBidiRemote: window,
    maxStreamDataUni: window,
    maxStreamsBidi: maxBidiStreams,
    maxStreamsUni: maxUniStreams,
    maxDatagramFrame: records && settings.maxDatagram > 0 ? datagramFrameSize(settings.maxDatagram) : 0,
    maxRecord: records ? MAX_RECORD : 0,
    resetStreamAt: framing === "qmux-02",
  };
}
