import type { Command } from 'commander';
import type { DeadLetter, DeadLetterFilter, DeadLettersChosen, DeadLetterState, Operation } from '../client/types';
import { CommandError, usageError } from './command-error';
import type { Context } from './context';
import { listOption, showList, type ListOptions } from './lists';

export function addDeadLetters(program: Command, context: Context): void {
  const letters = program.command('dead-letters').description('events that were refused, kept out or not applied');
  filterOptions(listOption(letters.command('list').description('newest first')))
    .option('--state <state>', 'open, replayed, discarded or erased')
    .action(async ({ limit, all, state, ...filter }: ListOptions & DeadLetterFilter & { state?: DeadLetterState }) => {
      const found = context.client().deadLetters.each({ ...filter, ...(state && { state }) });
      await showList(context, { limit, ...(all && { all }) }, found, headers, row);
    });
  letters
    .command('get <id>')
    .description('one letter, with the event for a key that may see people')
    .action(async (id: string) => {
      const letter = await context.client().deadLetters.get(id);
      context.show(letter, () => describe(context, letter));
    });
  filterOptions(letters.command('summary').description('how many open ones, by stage, code and source')).action(
    async (filter: DeadLetterFilter) => {
      const counts = await context.client().deadLetters.summary(filter);
      const rows = counts.data.map(({ count, stage, code, source, lastAt }) => [count, stage, code, source, lastAt]);
      const titles = ['letters', 'stage', 'code', 'source', 'last'];
      context.show(counts, () => (rows.length === 0 ? 'none\n' : context.table(titles, rows)));
    },
  );
  addReplay(letters, context);
  addDiscard(letters, context);
}

function addReplay(letters: Command, context: Context): void {
  choiceOptions(letters.command('replay [id...]').description('let open ones in by the rules of today'))
    .option('--dry-run', 'only count them')
    .action(async (ids: string[], { dryRun, ...options }: ChoiceOptions & { dryRun?: true }) => {
      const chosen = chooseLetters(ids, options);
      const client = context.client();
      if (dryRun) {
        const counted = await client.deadLetters.countReplay(chosen);
        return context.show(counted, () => `${counted.count} letters would be replayed\n`);
      }
      const started = await client.deadLetters.replay(chosen);
      context.note(`Operation ${started.id} replays them.`);
      const ended = await client.operations.wait(started.id);
      context.show(ended, () => summary(ended));
      if (ended.status !== 'completed') throw new CommandError(ended.error?.message ?? `It was ${ended.status}.`);
    });
}

function addDiscard(letters: Command, context: Context): void {
  choiceOptions(letters.command('discard [id...]').description('give open ones up for good'))
    .requiredOption('--reason <reason>', 'shown with the letters')
    .action(async (ids: string[], { reason, ...options }: ChoiceOptions & { reason: string }) => {
      const done = await context.client().deadLetters.discard(chooseLetters(ids, options), reason);
      context.show(done, () => `${done.discarded} letters are discarded\n`);
    });
}

const filterOptions = (command: Command): Command =>
  command
    .option('--stage <stage>', 'rejected, quarantined or unapplied')
    .option('--code <code>')
    .option('--source <key>')
    .option('--kind <kind>', 'track, identify, …')
    .option('--event <name>')
    .option('--message-id <id>')
    .option('--from <instant>', 'RFC 3339')
    .option('--to <instant>', 'RFC 3339');

const choiceOptions = (command: Command): Command =>
  filterOptions(command.option('--all', 'every open letter that fits the other options'));

type ChoiceOptions = DeadLetterFilter & { readonly all?: true };

/** Nothing said is not everything: that would be a slip of the finger. */
function chooseLetters(ids: readonly string[], { all, ...filter }: ChoiceOptions): DeadLettersChosen {
  const isFiltered = all || Object.keys(filter).length > 0;
  if (ids.length > 0 === isFiltered) throw usageError('Say which letters: ids, or options such as --code, or --all.');
  return ids.length > 0 ? { ids } : { filter };
}

const headers = ['letter', 'at', 'stage', 'state', 'code', 'path', 'source', 'event'];

const row = (letter: DeadLetter) => [
  letter.id,
  letter.at,
  letter.stage,
  letter.state,
  letter.code,
  letter.path,
  letter.source,
  letter.event ?? letter.kind,
];

function describe(context: Context, letter: DeadLetter): string {
  const facts = [letter.message, letter.notReplayable && `It cannot be replayed: ${letter.notReplayable}.`];
  const lines = [...facts, letter.payload].filter((line) => line !== undefined && line !== '');
  return `${context.table(headers, [row(letter)])}\n${lines.join('\n')}\n`;
}

const summary = ({ result = {} }: Operation): string =>
  `${['replayed', 'refused', 'lost'].map((name) => `${Number(result[name] ?? 0)} ${name}`).join(', ')}\n`;
