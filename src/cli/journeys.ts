import type { Command } from 'commander';
import type { Window } from '../client/impact';
import type { JourneyDefinition, JourneyFunnel, SavedDraft, StoredJourney } from '../client/types';
import type { Json } from '../domain/json';
import { totalOf, type Counts } from '../domain/impact/states';
import { addCode } from './as-code/code-command';
import type { Cell, Context } from './context';
import { addExperiment } from './experiment';
import { figure } from './figure';
import { addPair, readCount } from './pairs';
import { addJourneyChanges } from './journey-changes';
import { listOption, showList, type ListOptions } from './lists';
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
  addCode(journeys, context, 'journeys');
  addExperiment(journeys, context);
  journeys
    .command('counts <key>')
    .description('how many entered, wait, left and exited, for each step; goals, and values by currency')
    .option('--window <duration>', 'only runs that entered since then, such as 24h or 7d')
    .option('--of <version>', 'only runs of this version', readCount)
    .action(async (key: string, { of: version, ...window }: Window & { of?: number }) => {
      const query = { ...window, ...(version !== undefined && { version }) };
      const funnel = await context.client().journeys.funnel(key, query);
      context.show(funnel, () => counts(context, funnel));
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

function summary({ key, status, publishedVersion, draft }: StoredJourney): string {
  const version = publishedVersion === undefined ? '' : `  version ${publishedVersion}`;
  const isChanged = draft !== undefined && status !== 'draft';
  return `${key}  ${status}${version}${isChanged ? '  with a newer draft' : ''}\n`;
}

function drafts({ table }: Context, saved: readonly SavedDraft[]): string {
  const findings = saved.flatMap(({ key, findings }) =>
    findings.map(({ severity, path, message, suggestion }) => [severity, key, path, `${message} ${suggestion}`]),
  );
  const found = findings.length > 0 ? [table(['finding', 'journey', 'where', 'what'], findings)] : [];
  return [table(headers, saved.map(row)), ...found].join('\n');
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
