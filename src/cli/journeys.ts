import type { Command } from 'commander';
import type { RunsQuery } from '../client/impact';
import type { JourneyDefinition, SavedDraft, ShownJourney, StoredJourney } from '../client/types';
import type { Json } from '../domain/json';
import { addCode } from './as-code/code-command';
import type { Cell, Context } from './context';
import { addExperiment } from './experiment';
import { showFunnel } from './funnel';
import { addPair, readCount } from './pairs';
import { addJourneyTest } from './journey-test';
import { addJourneyChanges } from './journey-changes';
import { addLint, findingsTable } from './journey-lint';
import { listOption, showList, type ListOptions } from './lists';
import { addSimulation } from './simulation';
import { putFiles } from './put-files';
import type { DefinitionFile } from './read-definition';

export function addJourneys(program: Command, context: Context): void {
  const journeys = program.command('journeys').description('what happens to people, step by step');
  journeys
    .command('put <file...>')
    .description('save drafts from JSON or YAML files; "-" is standard input')
    .action(async (files: string[]) => {
      const client = context.client();
      // The server checks the definition, and says where it is wrong.
      const put = ({ key, definition }: DefinitionFile) =>
        client.journeys.put(key, definition as unknown as JourneyDefinition);
      await putFiles(context, files, put, (saved) => drafts(context, saved));
    });
  addLint(journeys, context);
  journeys
    .command('get <key>')
    .description('one journey with its draft, or with what was published last')
    .action(async (key: string) => getJourney(context, key));
  listOption(journeys.command('list').description('all journeys')).action(async (options: ListOptions) => {
    const { journeys: all } = context.client();
    await showList(context, options, all.each(), headers, row);
  });
  addJourneyChanges(journeys, context, summary);
  journeys
    .command('enrol <key> <ref>')
    .description('begin a run for one person; <ref> is prf_… or type:value')
    .option('--property <name=value>', 'what the steps read as entry.properties; may be repeated', addPair)
    .action(
      async (key: string, profile: string, { property: properties = {} }: { property?: Record<string, Json> }) => {
        const run = await context.client().journeys.enrol(key, { profile, properties });
        context.show(run, () =>
          'isPending' in run ? 'accepted, and about to be decided\n' : `${run.id}  ${run.status}\n`,
        );
      },
    );
  addSimulation(journeys, context);
  addJourneyTest(journeys, context);
  addCode(journeys, context, 'journeys');
  addExperiment(journeys, context);
  journeys
    .command('funnel <key>')
    .alias('counts')
    .description('how many entered, wait, left, exited, failed and are stuck, for each step; goals, values by currency')
    .option('--window <duration>', 'only runs that entered since then, such as 24h or 7d')
    .option('--of <version>', 'only runs of this version', readCount)
    .option('--variant <experiment:variant>', 'only runs that left a split of it this way')
    .action(async (key: string, { of: version, ...runs }: Omit<RunsQuery, 'version'> & { of?: number }) => {
      const query = { ...runs, ...(version !== undefined && { version }) };
      const funnel = await context.client().journeys.funnel(key, query);
      context.show(funnel, () => showFunnel(context, funnel));
    });
}

async function getJourney(context: Context, key: string): Promise<void> {
  const { journeys } = context.client();
  const journey = await journeys.get(key);
  const published =
    journey.draft || context.isJson() ? undefined : (await journeys.versions(key, { limit: 1 })).data[0];
  const definition = journey.draft ?? published?.definition;
  context.show(journey, () => `${summary(journey)}${JSON.stringify(definition, undefined, 2)}\n`);
}

const headers = ['journey', 'status', 'version', 'name'];

const row = ({ key, status, publishedVersion, name }: StoredJourney): readonly Cell[] => [
  key,
  status,
  String(publishedVersion ?? ''),
  name,
];

function summary({ key, status, publishedVersion, draft, nextEntries: [next] = [] }: ShownJourney): string {
  const version = publishedVersion === undefined ? '' : `  version ${publishedVersion}`;
  const isChanged = draft !== undefined && status !== 'draft';
  const entries = next === undefined ? '' : `  people enter next at ${next}`;
  return `${key}  ${status}${version}${isChanged ? '  with a newer draft' : ''}${entries}\n`;
}

function drafts(context: Context, saved: readonly SavedDraft[]): string {
  const found = saved.some(({ findings }) => findings.length > 0) ? [findingsTable(context, saved)] : [];
  return [context.table(headers, saved.map(row)), ...found].join('\n');
}
