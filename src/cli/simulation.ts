import type { Command } from 'commander';
import type { SimulateInput, SimulationReport } from '../client/types';
import { CommandError } from './command-error';
import type { Context } from './context';
import { figure } from './figure';
import { followOperation } from './operations';
import { readCount } from './pairs';

interface Options {
  readonly days?: number;
  readonly from?: string;
  readonly to?: string;
  readonly of?: number;
  readonly sample?: number;
  readonly seed?: string;
  readonly conflicts: boolean;
  readonly closeWithin?: string;
}

export function addSimulation(journeys: Command, context: Context): void {
  journeys
    .command('simulate <key>')
    .description('run the draft, or a version, over the stored events of the last days; nothing leaves')
    .option('--days <n>', 'how many; 30 unless set', readCount)
    .option('--from <instant>', 'in the place of --days: where the window begins')
    .option('--to <instant>', 'and where it ends')
    .option('--of <version>', 'a published version in the place of the draft', readCount)
    .option('--sample <n>', 'how many people are looked at, where there are more', readCount)
    .option('--seed <text>', 'which of them')
    .option('--no-conflicts', 'leave other journeys out')
    .option('--close-within <duration>', 'how far apart two messages of one channel conflict; 24h unless set')
    .action(async (key: string, { of: version, ...options }: Options) => {
      const input: SimulateInput = { ...options, ...(version !== undefined && { version }) };
      const begun = await context.client().journeys.simulate(key, input);
      const { status, error, result } = await followOperation(context, begun.id);
      if (status !== 'completed' || !result) throw new CommandError(error?.message ?? `It was ${status}.`);
      context.show(result, () => describe(context, result as unknown as SimulationReport));
    });
}

function describe(context: Context, report: SimulationReport): string {
  return [
    head(report),
    steps(context, report),
    sends(context, report),
    outcomes(report),
    conflicts(context, report),
    'Taken for granted:',
    ...report.assumptions.map((one) => `  – ${one}`),
    '',
  ].join('\n');
}

function head({
  journey,
  version,
  isDraft,
  from,
  to,
  sampled,
  people,
  entered,
  estimates,
  ...of
}: SimulationReport): string {
  const what = `${journey} ${isDraft ? 'draft' : `version ${version}`}, ${from.slice(0, 10)} to ${to.slice(0, 10)}`;
  const counts = `${figure(entered)} of ${figure(people)} people enter, ${figure(of.runs)} runs, ${figure(of.arrived)} sends, ${figure(of.converted)} conversions`;
  if (!sampled) return `${what}\n${counts}\n`;
  const { entered: all, runs, arrived, converted } = estimates;
  const about = [
    ...[[all, 'people enter'] as const, [runs, 'runs'] as const],
    ...[[arrived, 'sends'] as const, [converted, 'conversions'] as const],
  ].map(([{ count, low, high }, name]) => `  about ${figure(count)} ${name} (${figure(low)} to ${figure(high)})`);
  return [`${what}\n${counts}`, `Of all ${figure(sampled.of)}:`, ...about, ''].join('\n');
}

const shareOf = (count: number, of: number): string => (of === 0 ? '' : `${Math.round((count / of) * 100)} %`);

/** Each step, and under it how runs left it. */
function steps({ table }: Context, { steps: all, runs }: SimulationReport): string {
  const rows = Object.entries(all).flatMap(([step, { entered, here, left }]) => [
    [step, entered, shareOf(entered, runs)],
    ...Object.entries(left).map(([outcome, count]) => [`  └ ${outcome}`, count, shareOf(count, entered)]),
    ...(here > 0 ? [['  └ (still there)', here, shareOf(here, entered)]] : []),
  ]);
  return table(['step', 'runs', 'share'], rows);
}

function sends({ table }: Context, { sends: bySteps, days }: SimulationReport): string {
  const became = Object.entries(bySteps).flatMap(([step, of]) =>
    Object.entries(of).map(([outcome, count]) => [step, outcome, count]),
  );
  const perDay = Object.entries(days).map(([destination, of]) => {
    const counts = Object.values(of);
    const most = Math.max(0, ...counts);
    const busiest = Object.entries(of).find(([, count]) => count === most)?.[0] ?? '';
    return [destination, counts.reduce((sum, count) => sum + count, 0), counts.length, most, busiest];
  });
  return [
    ...(became.length > 0 ? [table(['send', 'became', 'count'], became)] : []),
    ...(perDay.length > 0 ? [table(['destination', 'sends', 'days', 'most a day', 'on'], perDay)] : []),
  ].join('\n');
}

function outcomes({ status, reasons, goals }: SimulationReport): string {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${figure(count)}`)
      .join(', ');
  const reached = Object.entries(goals).map(([goal, { conversions, value }]) => {
    const worth = Object.entries(value).map(([currency, sum]) => `${figure(sum)} ${currency}`.trim());
    return `goal ${goal}: ${figure(conversions)}${worth.length > 0 ? `, worth ${worth.join(' + ')}` : ''}`;
  });
  return [
    `at the end: ${list(status) || 'nobody'}`,
    ...(list(reasons) ? [`exits: ${list(reasons)}`] : []),
    ...reached,
    '',
  ].join('\n');
}

function conflicts({ table }: Context, { conflicts: all }: SimulationReport): string {
  if (!all) return '';
  if (all.length === 0) return 'No other published journey is met.\n';
  const rows = all.map(({ journey, inBoth, closeMessages, displaced, capped, shared }) => [
    ...[journey, inBoth, closeMessages, displaced, capped],
    shared.map(({ kind, names }) => `${kind} ${names.join(', ')}`).join('; '),
  ]);
  return table(['other journey', 'in both', 'close messages', 'its sends lost', 'capped here', 'both write'], rows);
}
