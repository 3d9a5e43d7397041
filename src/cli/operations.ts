import type { Command } from 'commander';
import type { Operation } from '../client/types';
import { CommandError } from './command-error';
import type { Context } from './context';
import { figure } from './figure';
import { listOption, showList, type ListOptions } from './lists';
import { startProgress } from './progress';

export function addOperations(program: Command, context: Context): void {
  const operations = program.command('operations').description('long work: imports and the like');
  listOption(operations.command('list').description('newest first'))
    .option('--kind <kind>')
    .option('--status <status>')
    .action(async ({ kind, status, ...options }: ListOptions & { kind?: string; status?: Operation['status'] }) => {
      const of = { ...(kind !== undefined && { kind }), ...(status !== undefined && { status }) };
      await showList(context, options, context.client().operations.each(of), headers, rowOf);
    });
  operations
    .command('get <id>')
    .description('how far one has come')
    .action(async (id: string) => show(context, await context.client().operations.get(id)));
  operations
    .command('cancel <id>')
    .description('stop one after the step it is at; what is done stays done')
    .action(async (id: string) => show(context, await context.client().operations.cancel(id)));
  operations
    .command('wait <id>')
    .description('until it has ended; fails unless it has completed')
    .action(async (id: string) => {
      const ended = await followOperation(context, id);
      show(context, ended);
      if (ended.status !== 'completed') throw new CommandError(ended.error?.message ?? `It was ${ended.status}.`);
    });
}

const headers = ['operation', 'kind', 'status', 'done', 'of', 'since'];
const rowOf = ({ id, kind, status, progress, createdAt, delayedBy, error }: Operation) => [
  id,
  kind,
  error ? `${status}: ${error.code}` : delayedBy === undefined ? status : `${status}, delayed by ${delayedBy}`,
  progress.done,
  progress.total,
  createdAt,
];

const show = (context: Context, operation: Operation): void =>
  context.show(operation, () => context.table(headers, [rowOf(operation)]));

/** Waits with a progress line: how much, how fast, how long it will take. */
export async function followOperation(context: Context, id: string): Promise<Operation> {
  const progress = startProgress(context.io.err);
  const began = performance.now();
  let first: number | undefined;
  try {
    return await context.client().operations.wait(id, (operation) => {
      first ??= operation.progress.done;
      progress.update(...stateOf(operation, first, performance.now() - began));
    });
  } finally {
    progress.end();
  }
}

function stateOf(
  { kind, progress: { done, total }, delayedBy }: Operation,
  first: number,
  elapsedMs: number,
): [string, number | undefined] {
  const perSecond = ((done - first) * 1_000) / Math.max(elapsedMs, 1);
  const left = total === undefined || perSecond === 0 ? undefined : (total - done) / perSecond;
  const parts = [
    `${kind} ${figure(done)}${total === undefined ? '' : ` of ${figure(total)}`}`,
    `${figure(Math.round(perSecond))}/s`,
    ...(left === undefined || left === 0 ? [] : [`${figure(Math.ceil(left))} s left`]),
    ...(delayedBy === undefined ? [] : [`delayed by ${delayedBy}`]),
  ];
  return [parts.join(' · '), total === undefined || total === 0 ? undefined : done / total];
}
