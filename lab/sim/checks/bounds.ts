/** How long things may take once the network is whole, milliseconds. */
export const BOUNDS = {
  /** Until a wanted subscription has a new object (I10). */
  flowing: 5_000,
  /** Until a live broadcast is listed, and one that was ended is not any more (I1). */
  listed: 5_000,
  /** The same where it went while a fault lasted: an idle timeout, the linger, and that. */
  believed: 15_000,
  /**
   * Until a client whose relay is gone without a word is with one again: it hears nothing for its idle timeout of 5 s, dials, and waits
   * up to two seconds between two dials.
   */
  returned: 8_000,
  /** Until what links cost follows their round trips: a link is cheaper after 30 s, and then perhaps once more. */
  measured: 65_000,
  /** From the publisher's last byte of a frame to its arrival everywhere (I5). */
  delivery: 2_000,
  /** Until what came and went is not held against it any more (I2): 60 s, and the way of the news. */
  forgiven: 62_000,
  /** From the leaving of the last client until all tables are empty (I8). */
  freed: 10_000,
  /** The same for what is asked of others: for ten seconds more than the linger, so that what comes and goes is asked once. */
  forgotten: 16_000,
  /** The same for links that nobody needs any more, which are kept for a minute. */
  unlinked: 77_000,
} as const;
