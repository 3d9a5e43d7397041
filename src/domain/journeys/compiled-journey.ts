import { parseDuration } from '../duration';
import type { JourneyDefinition } from './journey.schema';

export const journeyStatuses = ['draft', 'published', 'paused', 'archived'] as const;
export type JourneyStatus = (typeof journeyStatuses)[number];

const defaultMaxEventAge = '72h';
/** Runs of one key at once, where they may be parallel and nothing else is said. */
const usualParallel = 2;
export const defaultLifetime = '90d';

export interface Canary {
  /** 0 to 99: of everybody, how many enter the newest version. */
  readonly percent: number;
  readonly former: number;
}

/** What of a journey, rather than of a version, its compiled versions say. */
export type JourneyState = Pick<CompiledJourney, 'isResuming' | 'canary' | 'publishedAt'>;

/** One version of a journey made ready. Durations are milliseconds; a day is 24 h here, while waits go by the calendar. */
export interface CompiledJourney {
  readonly key: string;
  readonly version: number;
  /** Of the journey, not of the version: whether anybody enters and anything is sent. */
  readonly status: JourneyStatus;
  readonly definition: JourneyDefinition;
  /** Whom a pause has kept go on one after the other. */
  readonly isResuming?: boolean;
  /** Of the newest version: a share of people enter it, the others the former. */
  readonly canary?: Canary;
  /** When the version was published; absent where nobody asks. */
  readonly publishedAt?: number;
  readonly maxEventAgeMs: number;
  readonly lifetimeMs: number;
  readonly longestGoalMs: number;
  /** How long an entry bars the next one of the same key: 0 for "always", infinite for "never". */
  readonly againAfterMs: number;
  /** The ruleset version that made it count; 0 for one of before that was kept. */
  readonly sinceRuleset: number;
  /** How many runs of one key may be inside at once. */
  readonly mostInside: number;
}

export function compileJourney(
  definition: JourneyDefinition,
  version: number,
  status: JourneyStatus,
  sinceRuleset = 0,
  state: JourneyState = {},
): CompiledJourney {
  return {
    sinceRuleset,
    key: definition.key,
    version,
    status,
    definition,
    ...state,
    maxEventAgeMs: parseDuration(definition.entry.maxEventAge ?? defaultMaxEventAge),
    lifetimeMs: parseDuration(definition.lifetime ?? defaultLifetime),
    longestGoalMs: Math.max(0, ...(definition.goals ?? []).map((goal) => parseDuration(goal.within))),
    ...bounds(definition.entry.reentry),
  };
}

function bounds(
  { again, whileInside, max = usualParallel }: NonNullable<JourneyDefinition['entry']['reentry']> = { again: 'never' },
): Pick<CompiledJourney, 'againAfterMs' | 'mostInside'> {
  const againAfterMs = again === 'never' ? Infinity : again === 'always' ? 0 : parseDuration(again);
  return { againAfterMs, mostInside: whileInside === 'parallel' ? max : 1 };
}
