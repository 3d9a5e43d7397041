import { z } from 'zod';
import { attachmentUses } from '../../domain/audiences/attachment';
import { Holdout } from '../../domain/audiences/holdout.schema';
import { SampleRatio, Variant, VerdictBody } from '../journeys/experiment-report';
import { isWindow, longestWindow, usualWindow } from '../../domain/impact/window';
import { Instant } from '../instant';

/** What reports are asked for, and what they answer; docs/guides/impact.md says what each figure means. */
export const KeyParams = z.strictObject({ key: z.string().min(1).max(64) });

const Window = z
  .string()
  .refine(isWindow, { error: `Write a duration such as "24h" or "7d", at most "${longestWindow}".` });
export const WindowQuery = z.strictObject({ window: Window.default(usualWindow) });
const runsOf = {
  version: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Only runs that are of this version, and what they did under it' }),
  variant: z
    .string()
    .max(200)
    .optional()
    .meta({ description: '`experiment:variant`: only runs that left a split of the experiment by this variant' }),
};
export const JourneyQuery = WindowQuery.extend(runsOf);
export const FunnelQuery = z.strictObject({
  ...runsOf,
  window: Window.optional().meta({ description: 'Only runs that entered since; all of them without it' }),
});

const Count = z.int().min(0);
const Counts = z.record(z.string(), Count);
const Millis = z.number().min(0);
const StateCounts = z.strictObject({
  emitted: Count,
  reserved: Count,
  held: Count,
  sent: Count,
  retrying: Count,
  delivered: Count,
  rejected: Count,
  dead: Count,
  unknown: Count,
  withheld: Counts,
});
const Reasons = z.record(z.string(), Counts).meta({ description: 'State → reason or code → number' });
const Conservation = z.strictObject({ emitted: z.int(), ledger: Count, gap: Count }).meta({
  description: 'Emitted as runs and syncs count it, against the ledger. A gap that stays above 0 is an alarm.',
});

export const DestinationImpact = StateCounts.extend({
  latency: z.strictObject({ p50: Millis.nullable(), p95: Millis.nullable(), p99: Millis.nullable() }),
  reasons: Reasons,
  conservation: Conservation,
});

const FunnelStep = z.strictObject({
  step: z.string(),
  type: z.string().optional(),
  entered: Count,
  waiting: Count,
  left: Counts.meta({ description: 'Outcome → number' }),
  exited: Counts.meta({ description: 'Reason of the run that was cut short here → number' }),
  failed: Counts.meta({ description: 'Reason of the run that could not go on here → number' }),
  stuck: Count.meta({
    description: 'Of those who wait: more than a minute past the instant to go on. Anything but 0 is an alarm',
  }),
  reasons: Reasons.optional().meta({ description: 'Outcome of a send that did not arrive → reason or code → number' }),
  medianDwellMs: Millis.optional(),
});
const GoalImpact = z.strictObject({
  key: z.string(),
  conversions: Count,
  rate: z.number().min(0).nullable(),
  value: z.record(z.string(), z.number()).meta({ description: 'Currency → sum; never added across currencies' }),
  medianTimeToConvertMs: Millis.optional(),
});
const { exposed, converted, rate, against } = Variant.shape;
const JourneyHoldout = Holdout.extend({
  goals: z.array(
    z.strictObject({
      goal: z.string(),
      arms: z.array(z.strictObject({ arm: z.string(), exposed, converted, rate, against })),
      contaminated: Count.meta({ description: 'Two profiles of different arms became one; in no figure' }),
      sampleRatio: SampleRatio.optional(),
      verdict: VerdictBody,
    }),
  ),
}).meta({ description: 'People of a send that left, against people of one that would have; absent without a holdout' });
export const JourneyFunnel = z.strictObject({
  entered: Count,
  active: Count,
  completed: Count,
  exited: Counts.meta({ description: 'Reason → number' }),
  failed: Count,
  steps: z.array(FunnelStep),
  goals: z.array(GoalImpact),
  holdout: JourneyHoldout.optional(),
});
export const JourneyImpact = JourneyFunnel.extend({ deliveries: StateCounts.extend({ reasons: Reasons }) });

export const AudienceImpact = z.strictObject({
  size: Count,
  days: z.array(z.strictObject({ at: Instant, entered: Count, exited: Count, size: Count })),
  destinations: z.array(
    z.strictObject({ destination: z.string(), use: z.enum(attachmentUses), wanted: Count, pending: Count }),
  ),
});

export const ImpactOverview = z.strictObject({
  destinations: z.array(StateCounts.extend({ key: z.string(), name: z.string(), conservation: Conservation })),
  journeys: z.array(
    z.strictObject({
      key: z.string(),
      name: z.string(),
      status: z.string(),
      entered: Count,
      active: Count,
      completed: Count,
      exited: Count,
      failed: Count,
      conversions: Count,
    }),
  ),
  audiences: z.array(z.strictObject({ key: z.string(), name: z.string(), size: Count, entered: Count, exited: Count })),
  conservation: Conservation,
  freshness: z.strictObject({
    pendingEvents: Count,
    oldestPendingAt: Instant.optional(),
    oldestPendingSeconds: z.number().min(0),
  }),
});
