import { z } from 'zod';
import { journeyStatuses } from '../../domain/journeys/compiled-journey';
import { JourneyDefinition } from '../../domain/journeys/journey.schema';
import { severities, type JourneyFinding } from '../../domain/journeys/journey-finding';
import { askedChanges, type AskedChange, type JourneyDoc, type JourneyVersion } from '../../store/journeys';
import { Instant, presentInstant } from '../instant';

const Finding = z.strictObject({
  code: z.string(),
  severity: z.enum(severities),
  path: z.string(),
  message: z.string(),
  suggestion: z.string(),
});

export const JourneyBody = z.strictObject({
  key: z.string(),
  name: z.string(),
  status: z.enum(journeyStatuses),
  publishedVersion: z.int().optional(),
  /** What the next publish would make a version. */
  draft: JourneyDefinition.optional(),
  /** While a share of people enters the published version, and the others the former. */
  canary: z.strictObject({ percent: z.int(), former: z.int() }).optional(),
  /** The operation by which those go on whom a pause has kept. */
  resuming: z.string().optional(),
  /** A change that waits for another key: `POST …/approve`. */
  awaitingApproval: z
    .strictObject({
      change: z.enum(askedChanges),
      askedBy: z.string(),
      askedAt: Instant,
      affected: z.int(),
    })
    .optional(),
  createdAt: Instant,
  updatedAt: Instant,
});
/** With the next instants at which people enter by a schedule. */
export const ShownBody = JourneyBody.extend({ nextEntries: z.array(Instant).optional() });
/** With the operations that carry out what follows of a change. */
export const ChangedBody = JourneyBody.extend({ operations: z.array(z.string()) });

/** `plan`: of a dry run, whom it would ask. */
export const EnrollingBody = ChangedBody.extend({
  plan: z.strictObject({ audience: z.string(), members: z.int(), needsApproval: z.boolean() }).optional(),
});

const PlannedStep = z.strictObject({
  step: z.string(),
  inside: z.int(),
  /** Where runs that stand there go on: null for nowhere, absent where nobody has said. */
  to: z.string().nullable().optional(),
});
export const PublishPreviewBody = z.strictObject({
  affected: z.int(),
  /** Runs that would move to the new version, or end. */
  moved: z.int(),
  /** Members of the entry audience who would be asked in. */
  enrolled: z.int(),
  needsApproval: z.boolean(),
  versions: z.array(z.strictObject({ version: z.int(), inside: z.int(), steps: z.array(PlannedStep) })),
  /** What stands in the way: steps without a counterpart, and wrong ones. */
  faults: z.array(z.strictObject({ pointer: z.string(), message: z.string() })),
});
/** `sending`: attempts that were claimed before the pause and were still under way when it was answered. */
export const PausedBody = JourneyBody.extend({ sending: z.int().min(1).optional() });
/** A draft with what the linter says of it. */
export const DraftBody = JourneyBody.extend({ findings: z.array(Finding) });
export const VersionBody = z.strictObject({ version: z.int(), publishedAt: Instant, definition: JourneyDefinition });

export function presentJourney(journey: JourneyDoc) {
  const draft = draftOf(journey);
  const { former, canaryPercent: percent, resuming, asked } = journey;
  return {
    key: journey.key,
    name: journey.name,
    status: journey.status,
    ...(journey.publishedVersion !== undefined && { publishedVersion: journey.publishedVersion }),
    ...(draft && { draft }),
    ...(percent !== undefined && former !== undefined && { canary: { percent, former } }),
    ...(resuming !== undefined && { resuming }),
    ...(asked && { awaitingApproval: presentAsked(asked) }),
    createdAt: presentInstant(journey.createdAt),
    updatedAt: presentInstant(journey.updatedAt),
  };
}

const presentAsked = ({ change, by, at, affected }: AskedChange) => ({
  ...{ change, askedBy: by, askedAt: presentInstant(at), affected },
});

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
