/** The MoQ versions that this relay speaks, best first, under the names that operators write. */
export const MOQ_VERSIONS = [
  "moq-lite-06",
  "moq-lite-05",
  "moq-lite-04",
  "moq-lite-03",
  "moq-lite-02",
  "moq-lite-01",
] as const;

export type MoqVersion = (typeof MOQ_VERSIONS)[number];

/** Versions that exist elsewhere and that this relay does not speak yet. */
export const KNOWN_ELSEWHERE: readonly RegExp[] = [/^moq-lite-0[1-9](-wip)?$/, /^moq-transport-(1[4-9]|2[0-2])$/];
