import { z } from 'zod';
import { journeyStatuses } from '../../domain/journeys/compiled-journey';
import { JourneyDefinition } from '../../domain/journeys/journey.schema';
import { severities, type JourneyFinding } from '../../domain/journeys/journey-finding';
import type { JourneyDoc, JourneyVersion } from '../../store/journeys';
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
  createdAt: Instant,
  updatedAt: Instant,
});
/** `sending`: attempts that were claimed before the pause and were still under way when it was answered. */
export const PausedBody = JourneyBody.extend({ sending: z.int().min(1).optional() });
/** A draft with what the linter says of it. */
export const DraftBody = JourneyBody.extend({ findings: z.array(Finding) });
export const VersionBody = z.strictObject({ version: z.int(), publishedAt: Instant, definition: JourneyDefinition });

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
