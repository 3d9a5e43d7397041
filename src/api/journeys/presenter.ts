import { z } from 'zod';
import { JourneyDefinition } from '../../domain/journeys/journey.schema';
import type { JourneyFinding } from '../../domain/journeys/lint-journey';
import type { EnrollmentStatus } from '../../domain/journeys/enrollment';
import type { StepCount } from '../../store/enrollments';
import type { JourneyDoc, JourneyVersion } from '../../store/journeys';
import { Instant, presentInstant } from '../instant';

const Finding = z.strictObject({
  code: z.string(),
  severity: z.enum(['error', 'warning']),
  path: z.string(),
  message: z.string(),
  suggestion: z.string(),
});

export const JourneyBody = z.strictObject({
  key: z.string(),
  name: z.string(),
  status: z.enum(['draft', 'published', 'paused', 'archived']),
  publishedVersion: z.int().optional(),
  /** What the next publish would make a version. */
  draft: JourneyDefinition.optional(),
  createdAt: Instant,
  updatedAt: Instant,
});
/** A draft with what the linter says of it. */
export const DraftBody = JourneyBody.extend({ findings: z.array(Finding) });
export const VersionBody = z.strictObject({ version: z.int(), publishedAt: Instant, definition: JourneyDefinition });

export const FunnelBody = z.strictObject({
  entered: z.int(),
  active: z.int(),
  completed: z.int(),
  exited: z.int(),
  failed: z.int(),
  steps: z.array(
    z.strictObject({
      step: z.string(),
      /** Visits; a loop counts each round. */
      entered: z.int(),
      waiting: z.int(),
      left: z.int(),
      /** Runs that ended here by an exit rule, by hand or by their lifetime. */
      exited: z.int(),
      outcomes: z.record(z.string(), z.int()),
    }),
  ),
  goals: z.array(z.strictObject({ goal: z.string(), conversions: z.int(), value: z.number() })),
});

export function presentJourney(journey: JourneyDoc) {
  const draft = draftOf(journey);
  return {
    key: journey.key,
    name: journey.name,
    status: journey.status,
    ...(journey.publishedVersion !== undefined && { publishedVersion: journey.publishedVersion }),
    ...(draft && { draft }),
    createdAt: presentInstant(journey.createdAt),
    updatedAt: presentInstant(journey.updatedAt),
  };
}

/** The draft was parsed before it was stored. */
export function draftOf({ draftJson }: Pick<JourneyDoc, 'draftJson'>): JourneyDefinition | undefined {
  return draftJson === undefined ? undefined : (JSON.parse(draftJson) as JourneyDefinition);
}

export const presentDraft = (journey: JourneyDoc, findings: readonly JourneyFinding[]) => ({
  ...presentJourney(journey),
  findings: findings.map(({ code, severity, path, message, suggestion }) => ({
    code,
    severity,
    path,
    message,
    suggestion,
  })),
});

export const presentVersion = ({ version, publishedAt, definition }: JourneyVersion) => ({
  version,
  publishedAt: presentInstant(publishedAt),
  definition,
});

interface Counts {
  readonly standings: readonly { step: string; status: EnrollmentStatus; count: number }[];
  readonly visits: readonly StepCount[];
  readonly goals: readonly { goal: string; count: number; value: number }[];
}

export function presentFunnel({ standings, visits, goals }: Counts) {
  const withStatus = (...statuses: EnrollmentStatus[]): number =>
    sum(standings.filter(({ status }) => statuses.includes(status)));
  return {
    entered: sum(standings),
    active: withStatus('starting', 'active'),
    completed: withStatus('completed'),
    exited: withStatus('exited'),
    failed: withStatus('failed'),
    steps: [...new Set(visits.map(({ step }) => step))].sort().map((step) => presentStep(step, { standings, visits })),
    goals: goals.map(({ goal, count, value }) => ({ goal, conversions: count, value })),
  };
}

function presentStep(step: string, { standings, visits }: Pick<Counts, 'standings' | 'visits'>) {
  const here = visits.filter((visit) => visit.step === step);
  const entered = sum(here);
  const waiting = sum(here.filter(({ outcome }) => outcome === undefined));
  const exited = sum(standings.filter((standing) => standing.step === step && standing.status === 'exited'));
  const outcomes = here.flatMap(({ outcome, count }) => (outcome === undefined ? [] : [[outcome, count] as const]));
  return { step, entered, waiting, left: entered - waiting - exited, exited, outcomes: Object.fromEntries(outcomes) };
}

const sum = (rows: readonly { count: number }[]): number => rows.reduce((total, { count }) => total + count, 0);
