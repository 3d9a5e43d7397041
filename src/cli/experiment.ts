import type { Command } from 'commander';
import type { ExperimentReport, VariantResult } from '../client/experiment-types';
import type { Context } from './context';
import { figure, tenths } from './figure';

export function addExperiment(journeys: Command, context: Context): void {
  journeys
    .command('experiment <key> <experiment>')
    .description('how the variants of a split compare, and whether one is better')
    .action(async (key: string, experiment: string) => {
      const report = await context.client().journeys.experiment(key, experiment);
      context.show(report, () => show(context, report));
    });
}

function show({ table }: Context, report: ExperimentReport): string {
  const { variants, verdict, contaminated, sinceWon, decided } = report;
  const notes = [
    verdict.text,
    ...(decided ? [`Since ${decided.at} newcomers get "${decided.variant}": ${figure(sinceWon)} by now.`] : []),
    ...(contaminated > 0
      ? [`${figure(contaminated)} are left out: they were two people with different variants.`]
      : []),
    ...(report.hasOtherWeights ? ['The weights were changed while people came.'] : []),
  ];
  return `${table(['variant', 'exposed', 'converted', 'rate', 'difference', '95 % at any time', 'p', 'lift'], variants.map(row))}\n${notes.join('\n')}\n`;
}

const row = ({ variant, exposed, converted, rate, against }: VariantResult) => [
  ...[variant, exposed, converted, rate === null ? '–' : tenths(rate)],
  ...(against
    ? [
        tenths(against.difference),
        against.anytime.map(tenths).join(' to '),
        against.p.toPrecision(2),
        against.lift === undefined ? '–' : tenths(against.lift),
      ]
    : ['', '', '', '']),
];
