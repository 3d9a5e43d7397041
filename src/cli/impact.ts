import type { Command } from 'commander';
import type { DestinationImpact } from '../client/impact-types';
import type { Context } from './context';

const states = ['reserved', 'held', 'sent', 'retrying', 'delivered', 'rejected', 'dead', 'unknown'] as const;

export function addImpact(program: Command, context: Context): void {
  program
    .command('impact <destination>')
    .description('deliveries of a destination by state, whether they add up, and how long they took')
    .option('--window <duration>', 'back from now, such as 24h or 7d', '7d')
    .action(async (destination: string, query: { window: string }) => {
      const impact = await context.client().impact.destination(destination, query);
      context.show(impact, () => print(context, impact));
    });
}

function print({ table }: Context, impact: DestinationImpact): string {
  const { withheld, reasons, emitted, conservation, latency } = impact;
  const why = (state: string) =>
    Object.entries(reasons[state] ?? {})
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', ');
  const rows = [
    ...states.map((state) => [state, impact[state], why(state)]),
    ...Object.entries(withheld).map(([reason, count]) => ['withheld', count, reason]),
    ['emitted', emitted, conservation.gap === 0 ? 'adds up' : `${conservation.gap} do not add up`],
  ];
  const percentiles = [latency.p50, latency.p95, latency.p99].map((millis) => millis ?? '–');
  return `${table(['state', 'deliveries', ''], rows)}\n${table(['p50 ms', 'p95 ms', 'p99 ms'], [percentiles])}`;
}
