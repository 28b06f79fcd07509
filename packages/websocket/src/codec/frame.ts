import type { BlockedFrame } from "./blocked.ts";
import type { CloseFrame } from "./close.ts";
import type { MaxDataFrame, MaxStreamDataFrame, MaxStreamsFrame } from "./credit.ts";
import type { DatagramFrame } from "./datagram.ts";
import type { ParametersFrame } from "./parameters.ts";
import type { PingFrame } from "./ping.ts";
import type { ResetFrame } from "./reset-stream.ts";
import type { StopFrame } from "./stop-sending.ts";
import type { StreamFrame } from "./stream.ts";

/** Every frame of every framing. */
export type Frame =
  | StreamFrame
  | ResetFrame
  | StopFrame
  | MaxDataFrame
  | MaxStreamDataFrame
  | MaxStreamsFrame
  | BlockedFrame
  | CloseFrame
  | PingFrame
  | DatagramFrame
  | ParametersFrame;
