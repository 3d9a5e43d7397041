import type { Command } from 'commander';
import type { Source, SourceDefinition, SourcePull, SourceTest } from '../client/types';
import { CommandError } from './command-error';
import type { Context } from './context';
import { listOption, showList, type ListOptions } from './lists';
import { readDefinition } from './read-definition';
import { readSecrets, secretOption, type SecretOptions } from './secret-option';

export function addSources(program: Command, context: Context): void {
  const sources = program.command('sources').description('where data comes from');
  secretOption(sources.command('put <file>'))
    .description('save one from a JSON or YAML file; "-" is standard input')
    .action(async (file: string, { secretEnv }: SecretOptions) => {
      const { key, definition } = await readDefinition(file, context.io);
      const secrets = secretEnv && { secrets: readSecrets(secretEnv, context.io.env) };
      // The server checks the definition, and says where it is wrong.
      const complete = { ...definition, ...secrets } as unknown as SourceDefinition;
      const saved = await context.client().sources.put(key, complete);
      context.show(saved, () => summary(saved));
    });
  sources
    .command('get <key>')
    .description('one source with its settings; secrets are never shown')
    .action(async (key: string) => {
      const one = await context.client().sources.get(key);
      context.show(one, () => `${summary(one)}${JSON.stringify(one.settings, undefined, 2)}\n`);
    });
  listOption(sources.command('list').description('all sources')).action(async (options: ListOptions) => {
    const all = context.client().sources.each();
    await showList(context, options, all, ['source', 'type', 'state', 'name'], (one) => [
      one.key,
      one.type,
      stateOf(one),
      one.name,
    ]);
  });
  addPulls(sources, context);
}

interface PullOptions {
  readonly status?: true;
  readonly reset?: true;
  readonly from?: string;
}

/** What only sources have that are asked. */
function addPulls(sources: Command, context: Context): void {
  sources
    .command('pull <key>')
    .description('ask one now, and say how far it has been read')
    .option('--status', 'only say how far it has been read')
    .option('--reset', 'read it again from its beginning; rows that say the same count once')
    .option('--from <value>', 'read it again from a time, or another value of its cursor')
    .action(async (key: string, { status, reset, from }: PullOptions) => {
      const api = context.client().sources;
      if (reset || from !== undefined) await api.reset(key, from === undefined ? {} : { from });
      const pull = status ? await api.pulled(key) : await api.pull(key);
      context.show(pull, () => describePull(pull));
    });
  sources
    .command('test <key>')
    .description('read its first rows, and see what the mapping makes of them')
    .action(async (key: string) => {
      const test = await context.client().sources.test(key);
      context.show(test, () => describeTest(key, test));
      if (!test.ok) throw new CommandError(`${key} does not work as it is set up.`);
    });
}

const stateOf = ({ enabled }: Source): string => (enabled ? 'on' : 'off');

const summary = (one: Source): string => `${one.key}  ${one.type}  ${stateOf(one)}  ${one.name}\n`;

function describePull({ source, status, run, lastRun, nextRunAt, problem }: SourcePull): string {
  const counted = run ?? lastRun;
  const tooOld = counted?.tooOld ? `, ${counted.tooOld} too old` : '';
  const lines = [
    `${source}  ${status}`,
    ...(problem ? [`${problem.code}: ${problem.message}`] : []),
    ...(counted
      ? [
          `${run ? 'this run' : 'last run'}: ${counted.rows} rows, ${counted.accepted} new, ${counted.duplicates} known, ${counted.rejected} refused${tooOld}`,
        ]
      : []),
    ...(nextRunAt === undefined ? [] : [`next run: ${nextRunAt}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function describeTest(key: string, { code, detail, rows }: SourceTest): string {
  const shown = rows.map(({ row, event, rejected }) => {
    const becomes = rejected ? `refused, ${rejected.code}: ${rejected.message}` : JSON.stringify(event);
    return `${JSON.stringify(row)}\n  → ${becomes}\n`;
  });
  return `${key}  ${code}  ${detail}\n${shown.join('')}`;
}
