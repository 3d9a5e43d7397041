import type { Command } from 'commander';
import type { Source, SourceDefinition, SourcePull, SourceTest } from '../client/types';
import { CommandError } from './command-error';
import { addConnections } from './connections';
import type { Context } from './context';

export function addSources(program: Command, context: Context): void {
  const sources = addConnections<Source, SourceDefinition>(program, context, {
    noun: 'source',
    description: 'where data comes from',
    api: () => context.client().sources,
    stateOf: ({ enabled }) => (enabled ? 'on' : 'off'),
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

function describePull({ source, status, run, lastRun, nextRunAt, problem }: SourcePull): string {
  const counted = run ?? lastRun;
  const tooOld = counted?.tooOld ? `, ${counted.tooOld} too old` : '';
  const lines = [
    `${source}  ${status}`,
    ...(problem ? [`${problem.code}: ${problem.message}`] : []),
    ...(counted
      ? [
          `${run ? 'this run' : 'last run'}: ${counted.rows} rows, ${counted.accepted} accepted, ${counted.duplicates} duplicates, ${counted.rejected} rejected${tooOld}`,
        ]
      : []),
    ...(nextRunAt === undefined ? [] : [`next run: ${nextRunAt}`]),
  ];
  return `${lines.join('\n')}\n`;
}

function describeTest(key: string, { code, detail, rows }: SourceTest): string {
  const shown = rows.map(({ row, event, rejected }) => {
    const becomes = rejected ? `rejected, ${rejected.code}: ${rejected.message}` : JSON.stringify(event);
    return `${JSON.stringify(row)}\n  → ${becomes}\n`;
  });
  return `${key}  ${code}  ${detail}\n${shown.join('')}`;
}
