import { drawnByWinner, readWeights } from '../journeys/draw-variant';
import { chiSquare, confidenceSequence, liftOf, newcombe, pOfCounts, pOfDifference, rateOf } from './proportions';
import type { Interval, Share } from './proportions';
import { welch } from './means';
import { tally, type Counts } from './states';

/** How many people of an experiment are alike in these. */
export interface ArmCount {
  readonly variant: string;
  /** See `Exposure`. */
  readonly drawnBy: string;
  readonly isContaminated: boolean;
  readonly isConverted: boolean;
  readonly currency?: string;
  readonly count: number;
  readonly value: number;
  /** The sum of the squares of their values. */
  readonly squares?: number;
}

export interface VariantResult extends Share {
  readonly variant: string;
  /** From 0 to 1; `null` while nobody has it. */
  readonly rate: number | null;
  /** Sums by currency; `none` for values that name none. */
  readonly value: Counts;
  /** Against the first variant; absent of that, and while either has nobody. */
  readonly against?: Difference;
}

export interface Difference {
  readonly difference: number;
  /** 95 %, for who looks once: of Newcombe and Wilson. */
  readonly interval: Interval;
  /** 95 % however often one looks; what the verdict goes by. */
  readonly anytime: Interval;
  readonly p: number;
  readonly lift?: number;
  readonly liftInterval?: Interval;
  /** By currency, of the mean value of somebody exposed; absent while too few have one. 95 % for who looks once. */
  readonly value?: Readonly<Record<string, { readonly difference: number; readonly interval: Interval }>>;
}

export const verdictKinds = ['mismatch', 'too-few', 'undecided', 'won'] as const;
export interface Verdict {
  readonly kind: (typeof verdictKinds)[number];
  readonly text: string;
  readonly winner?: string;
}

export interface ExperimentResult {
  readonly variants: readonly VariantResult[];
  /** People who were two with different variants: in none of the figures. */
  readonly contaminated: number;
  /** People who came after the experiment was won, and all got the winner: in none of the figures either. */
  readonly sinceWon: number;
  /** Somebody changed the weights while people came: who came early and who came late are compared with one another. */
  readonly hasOtherWeights: boolean;
  /** Whether as many people have each variant as its weight says; absent while there are too few to tell. */
  readonly sampleRatio?: { readonly p: number; readonly isMismatch: boolean };
  readonly verdict: Verdict;
}

const alpha = 0.05;
/** Below this, numbers are not as the weights say by more than chance. */
const mismatchBelow = 0.001;
/** Of fewer expected people χ² says nothing. */
const fewestExpected = 5;
/** People that each variant needs before one can win. */
export const fewestToWin = 100;
/** People with a value that each of two variants needs before means are compared. */
export const fewestValued = 30;

/** How the variants of an experiment compare: those of the definition in its order, then those that only older ones had. */
export function compareVariants(keys: readonly string[], arms: readonly ArmCount[]): ExperimentResult {
  const counted = arms.filter(({ isContaminated, drawnBy }) => !isContaminated && drawnBy !== drawnByWinner);
  const sum = (of: readonly ArmCount[]): number => of.reduce((total, { count }) => total + count, 0);
  const contaminated = sum(arms.filter(({ isContaminated }) => isContaminated));
  const all = [...new Set([...keys, ...counted.map(({ variant }) => variant)])].map((key) => resultOf(key, counted));
  const sampleRatio = sampleRatioOf(counted);
  return {
    variants: all.map((one, index) =>
      withValues(withDifference(one, index === 0 ? undefined : all[0]), all[0], counted),
    ),
    contaminated,
    sinceWon: sum(arms) - contaminated - sum(counted),
    hasOtherWeights: new Set(counted.map(({ drawnBy }) => drawnBy)).size > 1,
    ...(sampleRatio && { sampleRatio }),
    verdict: verdictOf(
      all.filter(({ variant }) => keys.includes(variant)),
      sampleRatio?.isMismatch === true,
    ),
  };
}

function resultOf(variant: string, arms: readonly ArmCount[]): VariantResult {
  const here = arms.filter((arm) => arm.variant === variant);
  const exposed = here.reduce((sum, { count }) => sum + count, 0);
  const converted = here.reduce((sum, { count, isConverted }) => sum + (isConverted ? count : 0), 0);
  return {
    ...{ variant, exposed, converted, rate: exposed === 0 ? null : converted / exposed },
    value: tally(here.filter(({ value }) => value !== 0).map(({ currency = 'none', value }) => [currency, value])),
  };
}

function withDifference(result: VariantResult, base: VariantResult | undefined): VariantResult {
  if (!base || base.exposed === 0 || result.exposed === 0) return result;
  const { lift, interval: liftInterval } = liftOf(result, base) ?? {};
  const against: Difference = {
    difference: rateOf(result) - rateOf(base),
    interval: newcombe(result, base),
    anytime: confidenceSequence(result, base, alpha),
    p: pOfDifference(result, base),
    ...(lift !== undefined && { lift }),
    ...(liftInterval && { liftInterval }),
  };
  return { ...result, against };
}

function withValues(result: VariantResult, base: VariantResult | undefined, arms: readonly ArmCount[]): VariantResult {
  if (!result.against || !base) return result;
  const currencies = Object.keys({ ...base.value, ...result.value });
  const compared = currencies.flatMap((currency) => {
    const [one, other] = [result, base].map((of) => valuesOf(of, currency, arms));
    const isEnough = [one, other].every((of) => of !== undefined && of.valued >= fewestValued);
    return isEnough && one && other ? [[currency, welch(one, other)] as const] : [];
  });
  if (compared.length === 0) return result;
  return { ...result, against: { ...result.against, value: Object.fromEntries(compared) } };
}

/** What everybody exposed has brought in a currency; most have brought nothing. */
function valuesOf({ variant, exposed }: VariantResult, currency: string, arms: readonly ArmCount[]) {
  const here = arms.filter(
    (arm) => arm.variant === variant && arm.value !== 0 && (arm.currency ?? 'none') === currency,
  );
  const add = (of: (arm: ArmCount) => number): number => here.reduce((sum, arm) => sum + of(arm), 0);
  return {
    ...{ count: exposed, valued: add(({ count }) => count) },
    ...{ sum: add(({ value }) => value), squares: add(({ squares = 0 }) => squares) },
  };
}

/** Each group by the weights that it was drawn by: what somebody changes later is no mismatch. */
function sampleRatioOf(arms: readonly ArmCount[]): ExperimentResult['sampleRatio'] {
  let statistic = 0;
  let degrees = 0;
  for (const drawnBy of new Set(arms.map((arm) => arm.drawnBy))) {
    const here = arms.filter((arm) => arm.drawnBy === drawnBy);
    const total = here.reduce((sum, { count }) => sum + count, 0);
    const counts = [...readWeights(drawnBy)]
      .filter(([, weight]) => weight > 0)
      .map(([variant, weight]) => ({ seen: resultOf(variant, here).exposed, expected: (total * weight) / 100 }));
    if (counts.length < 2 || counts.some(({ expected }) => expected < fewestExpected)) continue;
    statistic += chiSquare(counts);
    degrees += counts.length - 1;
  }
  if (degrees === 0) return undefined;
  const p = pOfCounts(statistic, degrees);
  return { p, isMismatch: p < mismatchBelow };
}

function verdictOf(variants: readonly VariantResult[], isMismatch: boolean): Verdict {
  if (isMismatch) return { kind: 'mismatch', text: texts.mismatch };
  if (variants.length < 2 || variants.some(({ exposed }) => exposed < fewestToWin))
    return { kind: 'too-few', text: texts.tooFew };
  const winner = winnerOf(variants);
  if (winner === undefined) return { kind: 'undecided', text: texts.undecided };
  return { kind: 'won', winner, text: `"${winner}" is better than every other variant${texts.won}` };
}

/** Who is better than each other; every pair is a chance to be wrong, so that each has its part of `alpha`. */
function winnerOf(variants: readonly VariantResult[]): string | undefined {
  const pairs = (variants.length * (variants.length - 1)) / 2;
  const isBetter = (one: VariantResult, other: VariantResult): boolean =>
    one === other || confidenceSequence(one, other, alpha / pairs)[0] > 0;
  return variants.find((one) => variants.every((other) => isBetter(one, other)))?.variant;
}

const texts = {
  mismatch:
    'Nothing is concluded: the variants have other numbers of people than their weights say, by more than chance. Find out who is missing.',
  tooFew: `Too early to tell: every variant needs at least ${fewestToWin} people.`,
  undecided: 'No variant is known to be better: what differs so far may be chance.',
  won: ', by an interval that is right with 95 % however often it is looked at.',
} as const;
