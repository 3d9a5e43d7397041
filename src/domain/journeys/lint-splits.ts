import { error, type JourneyFinding } from './journey-finding';
import type { JourneyDefinition, StepOf } from './journey.schema';

interface Placed {
  readonly step: StepOf<'split'>;
  readonly path: string;
}

/** What the splits of a journey say that cannot be measured, or is not what it seems. */
export function lintSplits({ steps }: JourneyDefinition): JourneyFinding[] {
  const splits = Object.entries(steps).flatMap(([id, step]): Placed[] =>
    step.type === 'split' ? [{ step, path: `/steps/${id}` }] : [],
  );
  return splits.flatMap((split) => [
    ...lintWeights(split),
    ...lintKeys(split),
    ...lintWinner(split),
    ...lintTwice(split, splits),
  ]);
}

function lintWeights({ step: { variants }, path }: Placed): JourneyFinding[] {
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  if (Math.abs(total - 100) < 1e-6) return [];
  const message = `The weights of the variants add up to ${total}.`;
  return [error('weights_not_100', `${path}/variants`, message, 'Have them add up to 100.')];
}

function lintKeys({ step: { variants }, path }: Placed): JourneyFinding[] {
  return variants.flatMap(({ key }, index) =>
    variants.findIndex((one) => one.key === key) === index
      ? []
      : [
          error(
            'duplicate_variant',
            `${path}/variants/${index}/key`,
            `There are two variants "${key}".`,
            'Name each once.',
          ),
        ],
  );
}

function lintWinner({ step: { winner, goal }, path }: Placed): JourneyFinding[] {
  if (winner !== 'auto' || goal !== undefined) return [];
  const message = 'Nothing says by what a variant would win.';
  return [error('winner_without_goal', `${path}/winner`, message, 'Name a "goal" of the journey, or write "report".')];
}

function lintTwice({ step, path }: Placed, splits: readonly Placed[]): JourneyFinding[] {
  const first = splits.find((other) => other.step.experiment === step.experiment);
  if (!first || keysOf(first.step) === keysOf(step)) return [];
  const message = `The experiment "${step.experiment}" has other variants at ${first.path}.`;
  return [
    error('experiment_twice', `${path}/variants`, message, 'Give both the same variants, or name another experiment.'),
  ];
}

const keysOf = ({ variants }: Placed['step']): string =>
  variants
    .map(({ key }) => key)
    .sort()
    .join();
