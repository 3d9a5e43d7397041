import type { ProfileId } from '../ids';
import { shareOf } from '../share';
import type { StepOf } from './journey.schema';

type Split = Pick<StepOf<'split'>, 'experiment' | 'variants'>;
type Variant = Split['variants'][number];

/** Whom chance gives which variant: the same of the same weights for good, and of no other experiment the same. */
export function drawVariant({ experiment, variants }: Split, id: ProfileId): Variant {
  const point = shareOf(`experiment:${experiment}:${id}`) * totalOf(variants);
  let upTo = 0;
  for (const variant of variants) {
    upTo += variant.weight;
    if (point < upTo) return variant;
  }
  return variants[variants.length - 1] as Variant;
}

const totalOf = (variants: readonly Variant[]): number => variants.reduce((sum, { weight }) => sum + weight, 0);

/** Weights as one text, by which exposures are grouped. */
export const weightsText = (variants: readonly Pick<Variant, 'key' | 'weight'>[]): string =>
  variants.map(({ key, weight }) => `${key}:${weight}`).join(' ');

/** What such a text says: the share of each variant in percent. */
export function readWeights(text: string): ReadonlyMap<string, number> {
  return new Map(
    text.split(' ').flatMap((pair): [string, number][] => {
      const [key = '', weight = ''] = pair.split(':');
      return Number.isFinite(Number(weight)) && weight !== '' ? [[key, Number(weight)]] : [];
    }),
  );
}

/** What exposures were drawn by once an experiment had a winner. */
export const drawnByWinner = 'won';
