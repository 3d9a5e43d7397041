import type { PlannedChange } from './plan';

/** What may be moved without a word: so many people, and this share of an audience. */
export const blastLimits = { people: 1_000, percent: 20 } as const;

export interface Blast {
  readonly maxPeople: number;
  readonly maxPercent: number;
  /** Of journeys of which nothing else is said; `finish` moves nobody who is inside. */
  readonly inFlight?: string | undefined;
}

/** Why a plan asks for consent, in sentences; none where it may go on. Who enters a new audience is moved nowhere: nothing is attached to it yet. */
export function excessOf(
  changes: readonly PlannedChange[],
  { maxPeople, maxPercent, inFlight = 'finish' }: Blast,
): string[] {
  const moving = changes.filter(({ action }) => action === 'update' || action === 'delete');
  const moved = moving.map((one) => ({ ...one, people: peopleOf(one) }));
  const people = moved.reduce((sum, one) => sum + one.people, 0);
  const inside = changes
    .filter(({ publish }) => (publish?.inFlight ?? inFlight) !== 'finish')
    .flatMap(({ effect }) => effect?.inside ?? [])
    .reduce((sum, one) => sum + one.people, 0);
  return [
    ...(inside > maxPeople ? [`${inside} people are inside journeys, more than ${maxPeople} (--max-people).`] : []),
    ...(people > maxPeople
      ? [`${people} people enter or leave audiences, more than ${maxPeople} (--max-people).`]
      : []),
    ...moved.flatMap(({ key, people: of, effect }) => {
      const size = effect?.audience?.size ?? 0;
      const percent = size === 0 ? 0 : Math.round((of / size) * 100);
      return percent > maxPercent
        ? [`${percent} % of the ${size} members of "${key}" are moved, more than ${maxPercent} % (--max-percent).`]
        : [];
    }),
    ...moving.flatMap(({ key, effect }) =>
      effect?.unknown === undefined ? [] : [`Whom "${key}" moves cannot be told: ${effect.unknown}`],
    ),
  ];
}

const peopleOf = ({ effect }: PlannedChange): number =>
  (effect?.audience?.entering ?? 0) + (effect?.audience?.leaving ?? 0);
