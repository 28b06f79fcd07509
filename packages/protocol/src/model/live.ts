/** What live players ask for, the names aside: the latest group, and what follows. */
export const LIVE = {
  priority: 0,
  maxAge: 0,
  backlog: "latest",
  startGroup: 0,
  startFrame: 0,
  endGroup: undefined,
  endFrame: undefined,
} as const;
