import { z } from 'zod';
import { inFlightChoices } from '../../domain/journeys/plan-publish';
import { overduePolicies } from '../../domain/journeys/run-task';

const StepName = z.string().min(1).max(64);
export const PerSecond = z
  .int()
  .min(1)
  .max(1_000)
  .meta({ description: 'Of how many runs, or members, it is done in a second' });
export const usualPerSecond = 100;

const paced = { perSecond: PerSecond.default(usualPerSecond) };
/** What somebody expects who has looked at the preview. */
const Expected = z.strictObject({ affected: z.int().min(0).meta({ description: 'Refused when it would be more' }) });

export const PublishInput = z.strictObject({
  inFlight: z
    .enum(inFlightChoices)
    .default('finish')
    .meta({ description: 'What becomes of people inside older versions' }),
  stepMap: z
    .record(StepName, StepName.nullable())
    .optional()
    .meta({ description: 'Of `migrate`: where the steps of older versions go on; null ends there' }),
  canary: z
    .strictObject({ percent: z.int().min(1).max(99) })
    .optional()
    .meta({ description: 'Only this share of people enters the new version, the others the former' }),
  enrollExisting: z
    .boolean()
    .default(false)
    .meta({ description: 'Whether the present members of the entry audience are enrolled' }),
  expect: Expected.optional(),
  ...paced,
});
export type PublishInput = z.output<typeof PublishInput>;

export const CanaryInput = z.strictObject({
  percent: z.int().min(1).max(100).meta({ description: '100 ends the trial: everybody enters the new version' }),
});
export const RollbackInput = z.strictObject({
  inFlight: z
    .enum(['finish', 'exit'])
    .default('finish')
    .meta({ description: 'What becomes of people inside the version' }),
  ...paced,
});
export const ResumeInput = z.strictObject({
  overdue: z
    .enum(overduePolicies)
    .default('run')
    .meta({ description: 'What those do whom the pause has kept from a send: make it, go on without it, or exit' }),
  ...paced,
});
/** People inside go on to their end, or exit. */
export const ArchiveInput = z.strictObject({ inFlight: z.enum(['drain', 'exit']).default('drain'), ...paced });

export const EnrolExistingInput = z.strictObject({
  audience: z.string().min(1).max(100).optional().meta({ description: 'Whom; the audience of the entry unless set' }),
  dryRun: z.boolean().default(false),
  ...paced,
});
export type EnrolExistingInput = z.output<typeof EnrolExistingInput>;
