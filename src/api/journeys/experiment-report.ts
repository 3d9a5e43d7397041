import { z } from 'zod';
import { compareVariants, verdictKinds } from '../../domain/impact/experiment';
import type { JourneyDefinition, StepOf } from '../../domain/journeys/journey.schema';
import type { Store } from '../../store/store';
import type { WorkspaceId } from '../../domain/ids';
import { Instant, presentInstant } from '../instant';
import { notFound } from '../problem';
import { draftOf } from './presenter';
import type { JourneyDoc } from '../../store/journeys';

const Count = z.int().min(0);
const Interval = z.array(z.number()).length(2);
export const Variant = z.strictObject({
  variant: z.string(),
  exposed: Count,
  converted: Count,
  rate: z.number().min(0).max(1).nullable(),
  value: z.record(z.string(), z.number()).meta({ description: 'Currency → sum; never added across currencies' }),
  against: z
    .strictObject({
      difference: z.number(),
      interval: Interval.meta({ description: '95 %, Newcombe–Wilson; for who looks once' }),
      anytime: Interval.meta({ description: '95 % however often one looks; what the verdict goes by' }),
      p: z.number().min(0).max(1),
      lift: z.number().optional(),
      liftInterval: Interval.optional(),
      value: z
        .record(z.string(), z.strictObject({ difference: z.number(), interval: Interval }))
        .optional()
        .meta({ description: 'Currency → of the mean value of somebody exposed; 95 %, Welch, for who looks once' }),
    })
    .optional()
    .meta({ description: 'Against the first variant' }),
});
export const SampleRatio = z
  .strictObject({ p: z.number().min(0).max(1), isMismatch: z.boolean() })
  .meta({ description: 'Whether as many people have each variant as its weight says; absent while too few' });

export const VerdictBody = z.strictObject({
  kind: z.enum(verdictKinds),
  text: z.string(),
  winner: z.string().optional(),
});

export const ExperimentBody = z.strictObject({
  experiment: z.string(),
  journey: z.string(),
  goal: z.string().optional(),
  winner: z.enum(['report', 'auto']),
  variants: z.array(Variant),
  contaminated: Count.meta({ description: 'Merged from two with different variants; in no figure' }),
  sinceWon: Count.meta({ description: 'Got the winner after the decision; in no figure' }),
  hasOtherWeights: z.boolean().meta({ description: 'The weights were changed while people came' }),
  sampleRatio: SampleRatio.optional(),
  verdict: VerdictBody,
  decided: z
    .strictObject({
      variant: z.string(),
      at: Instant,
      journey: z.string(),
      variants: z.array(Variant),
      contaminated: Count,
      sampleRatio: SampleRatio.optional(),
    })
    .optional()
    .meta({ description: 'Since when newcomers get the winner, and by which figures' }),
});

/** How the variants of an experiment compare, in whatever journeys people came to it; the journey says what its variants are. */
export async function experimentReport(store: Store, ws: WorkspaceId, journey: JourneyDoc, experiment: string) {
  const step = await findSplit(store, ws, journey, experiment);
  if (!step) throw notFound(`experiment "${experiment}" in the journey "${journey.key}"`);
  const [arms, decision] = await Promise.all([
    store.impact.experiments.arms(ws, experiment),
    store.experiments.decision(ws, experiment),
  ]);
  const { variants, ...result } = compareVariants(
    step.variants.map(({ key }) => key),
    arms,
  );
  return {
    ...{ experiment, journey: journey.key, winner: step.winner ?? 'report', ...result, variants: [...variants] },
    ...(step.goal !== undefined && { goal: step.goal }),
    ...(decision && { decided: presentDecision(decision) }),
  };
}

type Stored = NonNullable<Awaited<ReturnType<Store['experiments']['decision']>>>;

const presentDecision = ({ variant, at, journey, figures }: Stored) => ({
  ...{ variant, at: presentInstant(at), journey, ...figures, variants: [...figures.variants] },
});

/** Of the newest version that has it, else of the draft. */
async function findSplit(
  store: Store,
  ws: WorkspaceId,
  journey: JourneyDoc,
  experiment: string,
): Promise<StepOf<'split'> | undefined> {
  const versions = await store.journeys.versions(ws, journey.key);
  const draft = draftOf(journey);
  const definitions = [...versions.map(({ definition }) => definition), ...(draft ? [draft] : [])];
  return definitions.flatMap(splitsOf).find((step) => step.experiment === experiment);
}

const splitsOf = ({ steps }: JourneyDefinition): StepOf<'split'>[] =>
  Object.values(steps).flatMap((step) => (step.type === 'split' ? step : []));
