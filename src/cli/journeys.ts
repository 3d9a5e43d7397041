import type { Command } from 'commander';
import type { Window } from '../client/impact';
import type { JourneyDefinition, JourneyFunnel, SavedDraft, StoredJourney } from '../client/types';
import { totalOf, type Counts } from '../domain/impact/states';
import { figure, type Context } from './context';
import { listOption, showList, type ListOptions } from './lists';
import { readDefinition } from './read-definition';

export function addJourneys(program: Command, context: Context): void {
  const journeys = program.command('journeys').description('what happens to people, step by step');
  journeys
    .command('put <file...>')
    .description('save drafts from JSON or YAML files; "-" is standard input')
    .action(async (files: string[]) => {
      const client = context.client();
      for (const file of files) {
        const { key, definition } = await readDefinition(file, context.io);
        // The server checks the definition, and says where it is wrong.
        const saved = await client.journeys.put(key, definition as unknown as JourneyDefinition);
        context.show(saved, () => summary(context, saved));
      }
    });
  journeys
    .command('publish <key>')
    .description('make the draft the version that people enter')
    .action(async (key: string) => {
      const published = await context.client().journeys.publish(key);
      context.show(published, () => summary(context, published));
    });
  listOption(journeys.command('list').description('all journeys')).action(async (options: ListOptions) => {
    const { journeys: all } = context.client();
    await showList(context, options, all.each(), ['journey', 'status', 'version', 'name'], (one) => [
      one.key,
      one.status,
      String(one.publishedVersion ?? ''),
      one.name,
    ]);
  });
  journeys
    .command('counts <key>')
    .description('how many entered, wait, left and exited, for each step; goals, and values by currency')
    .option('--window <duration>', 'only runs that entered since then, such as 24h or 7d')
    .action(async (key: string, query: Window) => {
      const funnel = await context.client().journeys.funnel(key, query);
      context.show(funnel, () => counts(context, funnel));
    });
}

function summary({ table }: Context, journey: StoredJourney & Partial<Pick<SavedDraft, 'findings'>>): string {
  const { key, status, publishedVersion, draft, findings = [] } = journey;
  const version = publishedVersion === undefined ? '' : `  version ${publishedVersion}`;
  const isChanged = draft !== undefined && status !== 'draft';
  const line = `${key}  ${status}${version}${isChanged ? '  with a newer draft' : ''}\n`;
  if (findings.length === 0) return line;
  const rows = findings.map((finding) => [finding.severity, finding.path, `${finding.message} ${finding.suggestion}`]);
  return `${line}\n${table(['finding', 'where', 'what'], rows)}`;
}

function counts({ table }: Context, funnel: JourneyFunnel): string {
  const { entered, active, completed, exited, failed } = funnel;
  const steps = funnel.steps.map((one) => [
    one.step,
    one.entered,
    one.waiting,
    totalOf(one.left),
    totalOf(one.exited),
    [...list(one.left), ...list(one.exited).map((reason) => `exited: ${reason}`)].join(', '),
  ]);
  const goals = funnel.goals.map(({ key, conversions, rate, value }) => [
    key,
    conversions,
    rate === null ? '–' : `${(rate * 100).toFixed(1)}%`,
    list(value).join(', '),
  ]);
  const runs = [entered, active, completed, totalOf(exited), failed];
  return [
    table(['entered', 'active', 'completed', 'exited', 'failed'], [runs]),
    table(['step', 'entered', 'waiting', 'left', 'exited', 'how'], steps),
    ...(goals.length > 0 ? [table(['goal', 'conversions', 'rate', 'value'], goals)] : []),
  ].join('\n');
}

const list = (counts: Counts): string[] => Object.entries(counts).map(([name, count]) => `${name} ${figure(count)}`);
