/** How long things may take once the network is whole, milliseconds. */
export const BOUNDS = {
  /**
   * Until a wanted subscription has a new object (I10). A client and a link may each need their idle timeout of 5 s to notice
   * what happened, one after the other, and then have to dial and to ask: 5 s as a whole need suspicion, which is not built.
   */
  flowing: 13_000,
  /** Until a live broadcast is listed (I1). */
  listed: 13_000,
  /** Until one that is gone is no longer listed (I1): idle timeout, linger, and the doubt about a lost root's word. */
  unlisted: 21_000,
  /** From the publisher's last byte of a frame to its arrival everywhere (I5). */
  delivery: 2_000,
  /** Until what came and went is not held against it any more (I2): 60 s, and the way of the news. */
  forgiven: 62_000,
  /** Until all tables are empty (I8): what is remembered of tracks, and then idle links. */
  freed: 45_000,
  unlinked: 75_000,
} as const;
