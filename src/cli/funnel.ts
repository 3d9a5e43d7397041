import type { FunnelStep, JourneyFunnel } from '../client/impact-types';
import { totalOf, type Counts } from '../domain/impact/states';
import type { Context } from './context';
import { figure, tenths } from './figure';

/** A journey step by step, as one reads it: who came, who is there and for how long, how they left. */
export function showFunnel({ table }: Context, funnel: JourneyFunnel): string {
  const { entered, active, completed, exited, failed } = funnel;
  const goals = funnel.goals.map(({ key, conversions, rate, value }) => [
    key,
    conversions,
    rate === null ? '–' : tenths(rate),
    list(value).join(', '),
  ]);
  const runs = [entered, active, completed, totalOf(exited), failed];
  const headers = ['step', 'entered', 'waiting', 'stuck', 'left', 'exited', 'failed', 'median stay', 'how'];
  return [
    table(['entered', 'active', 'completed', 'exited', 'failed'], [runs]),
    table(headers, funnel.steps.map(stepRow)),
    ...(goals.length > 0 ? [table(['goal', 'conversions', 'rate', 'value'], goals)] : []),
  ].join('\n');
}

const stepRow = ({ step, entered, waiting, stuck, left, exited, failed, medianDwellMs, reasons = {} }: FunnelStep) => [
  ...[step, entered, waiting, stuck, totalOf(left), totalOf(exited), totalOf(failed)],
  medianDwellMs === undefined ? '–' : stay(medianDwellMs),
  [
    ...Object.entries(left).map(([outcome, count]) => `${outcome} ${figure(count)}${why(reasons[outcome])}`),
    ...list(exited).map((reason) => `exited: ${reason}`),
    ...list(failed).map((reason) => `failed: ${reason}`),
  ].join(', '),
];

const why = (reasons: Counts | undefined): string => (reasons ? ` (${list(reasons).join(', ')})` : '');

const list = (counts: Counts): string[] => Object.entries(counts).map(([name, count]) => `${name} ${figure(count)}`);

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const;

/** 5400000 → "1.5 h". */
function stay(ms: number): string {
  const [unit, size] = units.find(([, least]) => ms >= least) ?? ['ms', 1];
  return `${Math.round((ms / size) * 10) / 10} ${unit}`;
}
