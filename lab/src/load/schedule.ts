/**
 * A track whose frames are due at fixed times: whoever publishes it, in whatever process and on however many connections,
 * sends the same bytes.
 */
export interface Schedule {
  /** When the first frame is due, milliseconds since 1970. */
  readonly epoch: number;
  /** Frames a second, bytes of a frame, frames of a group. */
  readonly frameRate: number;
  readonly frameSize: number;
  readonly groupSize: number;
}

/** How many frames are due by now: those before this one. */
export function framesDue({ epoch, frameRate }: Schedule): number {
  const now = performance.timeOrigin + performance.now();
  return Math.max(0, Math.floor(((now - epoch) * frameRate) / 1_000) + 1);
}

/** The timestamp of a frame, microseconds. */
export function timestampOf(frame: number, { frameRate }: Schedule): number {
  return Math.round((frame * 1_000_000) / frameRate);
}
