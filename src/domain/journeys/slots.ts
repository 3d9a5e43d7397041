import { decideConsent } from '../consent/decide-consent';
import type { Purposes } from '../consent/purpose';
import type { Profile } from '../profiles/profile';
import type { Enrollment, Shows } from './enrollment';
import { isGhost } from './journey-holdout';
import type { JourneyDefinition } from './journey.schema';

/** A run that shows something, with the definition it runs by. */
export interface ShowingRun extends Pick<
  Enrollment,
  'id' | 'journey' | 'version' | 'step' | 'visit' | 'enteredAt' | 'status'
> {
  readonly shows: Shows;
  readonly definition: Pick<JourneyDefinition, 'key' | 'purpose' | 'holdout'>;
}

/** What holds for everything that journeys of a workspace show. */
export interface SurfaceRules {
  /** Nothing of any journey reaches anybody. */
  readonly isStopped: boolean;
  readonly paused: ReadonlySet<string>;
  readonly purposes: Purposes;
}

/** Of one slot: what is shown in it, and by whom something would be if chance did not hold the person out. */
export interface SlotDecision {
  readonly winner?: ShowingRun;
  readonly ghosts: readonly ShowingRun[];
}

type Visitor = Pick<Profile, 'id' | 'consent' | 'holdouts' | 'restrictedAt'>;

/**
 * What a slot shows: of all that may be shown the highest priority, and of several the oldest run. Whoever is held out sees what they would see
 * if that journey were not there.
 */
export function decideSlot(
  slot: string,
  runs: readonly ShowingRun[],
  { visitor, rules, now }: { readonly visitor: Visitor; readonly rules: SurfaceRules; readonly now: number },
): SlotDecision {
  if (rules.isStopped || visitor.restrictedAt !== undefined) return { ghosts: [] };
  const candidates = runs
    .filter((run) => run.shows.slot === slot && isShown(run, visitor.consent, rules, now))
    .sort(byRank);
  const place = candidates.findIndex(({ definition }) => !isGhost(definition, visitor));
  if (place === -1) return { ghosts: candidates };
  const winner = candidates[place];
  return { ...(winner && { winner }), ghosts: candidates.slice(0, place) };
}

function isShown(
  { status, journey, shows: { until = Infinity }, definition: { purpose } }: ShowingRun,
  consent: Visitor['consent'],
  { paused, purposes }: SurfaceRules,
  now: number,
): boolean {
  if (status !== 'active' || paused.has(journey) || now >= until) return false;
  return decideConsent(purpose, consent, purposes).isAllowed;
}

function byRank(one: ShowingRun, other: ShowingRun): number {
  if (one.shows.priority !== other.shows.priority) return other.shows.priority - one.shows.priority;
  if (one.enteredAt !== other.enteredAt) return one.enteredAt - other.enteredAt;
  return one.id < other.id ? -1 : 1;
}
