/** What a link does to the packets of one direction. Shares are from 0 to 1, times are milliseconds. */
export interface LinkFaults {
  /** Share of packets that are lost. */
  readonly loss: number;
  /** How many packets in a row a loss takes, 1 at least. */
  readonly burst: number;
  /** One way. */
  readonly delay: number;
  /** Delay on top, evenly spread from 0; packets keep their order. */
  readonly jitter: number;
  /** Share of packets that are held back, so that later ones overtake them. */
  readonly reorder: number;
  /** For how long. */
  readonly reorderBy: number;
  /** Share of packets that arrive twice. */
  readonly duplicate: number;
  /** Share of packets that arrive with one bit turned. */
  readonly corrupt: number;
}

/** A link that does nothing. */
export const FAULTLESS: LinkFaults = {
  loss: 0,
  burst: 1,
  delay: 0,
  jitter: 0,
  reorder: 0,
  reorderBy: 10,
  duplicate: 0,
  corrupt: 0,
};
