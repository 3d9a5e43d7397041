import type { Enrollment } from './enrollment';

/** Journeys that may begin one another by what their steps do; one more, and a round of them would go on for ever. */
export const longestChain = 8;

/** The journeys that led to what a run does now, its own last. */
export const chainOf = ({ entry, journey }: Pick<Enrollment, 'entry' | 'journey'>): readonly string[] => [
  ...(entry.emittedBy ?? []),
  journey,
];
