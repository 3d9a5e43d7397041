import type { BehaviourState } from '../behaviour/behaviour-state';

/** A value as JSON text, and when it was seen. */
export interface Held {
  readonly at: number;
  readonly text: string;
}

export interface Keeping {
  /** What of these counts, newest first; a function of what there is and not of its order. */
  readonly arrange: (held: readonly Held[]) => readonly Held[];
  /** How many are kept; those before them are dropped, and read again from stored events where they count. */
  readonly most?: number;
}

export const holding = ({ seen = [] }: BehaviourState): Held[] =>
  seen.map(({ at, of: [text = ''] = [] }) => ({ at, text }));

/** The newest instants that fit, each whole, so that the state is one of what happened and not of its order. */
export function droppingBefore(
  { arrange, most = Infinity }: Keeping,
  held: readonly Held[],
  droppedBefore = -Infinity,
): BehaviourState {
  const known = arrange(held.filter(({ at }) => at > droppedBefore));
  const first = known[most];
  const dropped = first === undefined ? droppedBefore : first.at;
  const kept = known.filter(({ at }) => at > dropped);
  return {
    seen: kept.toReversed().map(({ at, text }) => ({ at, is: [], of: [text] })),
    ...(dropped !== -Infinity && { droppedUntil: dropped }),
  };
}
