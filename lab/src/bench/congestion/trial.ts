/** What is sent; beside another one, it is the last named that is measured. */
export type Flow = "bulk" | "track" | "track beside bulk";

/** One flow under one congestion control over one link. */
export interface Trial {
  readonly control: "cubic" | "bbr";
  readonly flow: Flow;
  /** Percent of the packets from the sender that are lost by chance. */
  readonly loss: number;
  /** Milliseconds, both ways together, when no queue is on the way. */
  readonly rtt: number;
  /** Mbit/s, and milliseconds that it takes to send a full queue; without a rate the link is as fast as the machine. */
  readonly rate: number | undefined;
  readonly queue: number;
  /** Seconds before and during the measurement. */
  readonly settle: number;
  readonly measure: number;
  readonly seed: number;
}

/** What one trial gave. */
export interface TrialResult {
  /** Of payload. */
  readonly mbitPerSecond: number;
  /** From writing a frame, or an object of bulk, to having all of it, milliseconds; 2000 stands for more. */
  readonly p50: number;
  readonly p99: number;
  /** Median of the sender's smoothed round trips, milliseconds. */
  readonly rtt: number;
  /** Bytes sent as UDP payload for each byte of payload delivered. */
  readonly overhead: number;
}
