import type { Command } from 'commander';
import type { Funnel, JourneyDefinition, SavedDraft, StoredJourney } from '../client/types';
import type { Context } from './context';
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
    .description('how many entered, wait and left, for each step')
    .action(async (key: string) => {
      const funnel = await context.client().journeys.funnel(key);
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

function counts({ table }: Context, { entered, active, completed, exited, failed, steps, goals }: Funnel): string {
  const rows = steps.map((one) => {
    const outcomes = Object.entries(one.outcomes).map(([outcome, count]) => `${outcome} ${count}`);
    return [one.step, one.entered, one.waiting, one.left, one.exited, outcomes.join(', ')];
  });
  const reached = goals.map(({ goal, conversions, value }) => [goal, conversions, value]);
  return [
    table(['entered', 'active', 'completed', 'exited', 'failed'], [[entered, active, completed, exited, failed]]),
    table(['step', 'entered', 'waiting', 'left', 'exited', 'outcomes'], rows),
    ...(reached.length > 0 ? [table(['goal', 'conversions', 'value'], reached)] : []),
  ].join('\n');
}
