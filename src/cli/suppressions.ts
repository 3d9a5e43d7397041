import type { Command } from 'commander';
import type { Suppression, SuppressionEntry, SuppressionInput, SuppressionQuery } from '../client/types';
import { CommandError } from './command-error';
import type { Cell, Context } from './context';
import { figure } from './figure';
import { listOption, showList, type ListOptions } from './lists';
import { readSuppressions, type SuppressionLine } from './suppression-file';

export function addSuppressions(program: Command, context: Context): void {
  const suppressions = program.command('suppressions').description('who must not be reached');
  listOption(suppressions.command('list').description('entries, newest first'))
    .option('--scope <scope>', '"everything", or "channel:", "purpose:" or "destination:" with a name')
    .option('--reason <reason>', 'unsubscribe, bounce, complaint or manual')
    .option('--type <type>', 'a type of identifier, such as email')
    .action(async ({ limit, all, ...filter }: ListOptions & SuppressionQuery) => {
      const entries = context.client().suppressions.each(filter);
      await showList(context, { limit, ...(all && { all }) }, entries, headers, row);
    });
  suppressions
    .command('add <ref>')
    .description('add an entry: type:value, such as email:a@b.example, or prf_… for all that a profile has')
    .option('--scope <scope>', '"everything", or "channel:", "purpose:" or "destination:" with a name')
    .option('--reason <reason>', 'unsubscribe, bounce, complaint or manual')
    .option('--expires-at <instant>', 'when it ends, RFC 3339')
    .action(async (ref: string, input: SuppressionInput) => {
      const saved = await context.client().suppressions.put(ref, input);
      context.show(saved, () => context.table(headers, saved.data.map(row)));
      noteSending(context, saved.sending);
    });
  suppressions
    .command('remove <ref>')
    .description('take entries off: by type:value, prf_… or sup_…')
    .option('--scope <scope>', 'only those of this scope')
    .action(async (ref: string, query: { scope?: string }) => {
      await context.client().suppressions.delete(ref, query);
      context.show({ removed: ref }, () => 'It is off the list.\n');
    });
  addUpload(suppressions, context);
}

const headers = ['id', 'identifier', 'scope', 'reason', 'since', 'until'];

const row = ({ id, type, hint, scope, reason, at, expiresAt }: Suppression): readonly Cell[] => [
  id,
  `${type} ${hint}`,
  scope,
  reason,
  at,
  expiresAt,
];

function noteSending(context: Context, sending = 0): void {
  if (sending > 0) context.note(`${figure(sending)} attempts that had begun before have not ended yet.`);
}

const perRequest = 1_000;
const refusalsShown = 20;

function addUpload(suppressions: Command, context: Context): void {
  suppressions
    .command('upload <file>')
    .description('add many: CSV with the columns type, value, scope, reason, expires_at, or NDJSON of the same')
    .option('--type <type>', 'the identifier type of lines that name none', 'email')
    .option('--reason <reason>', 'the reason of lines that name none', 'manual')
    .option('--scope <scope>', 'the scope of lines that name none', 'everything')
    .action(async (file: string, unless: Required<Pick<SuppressionLine, 'type' | 'reason' | 'scope'>>) => {
      const result = await upload(context, file, unless);
      context.show(result, () => {
        const shown = result.rejected.slice(0, refusalsShown).map(({ line, message }) => [String(line), message]);
        const counts = context.table(['saved', 'refused'], [[result.saved, result.rejected.length]]);
        return shown.length === 0 ? counts : `${counts}\n${context.table(['line', 'why'], shown)}`;
      });
      if (result.rejected.length > 0) throw new CommandError(`${figure(result.rejected.length)} lines were refused.`);
    });
}

async function upload(context: Context, file: string, unless: SuppressionLine) {
  const client = context.client();
  let saved = 0;
  const rejected: { line: number; message: string }[] = [];
  let entries: SuppressionEntry[] = [];
  let sent = 0;
  const send = async () => {
    const answer = await client.suppressions.add(entries);
    saved += answer.saved;
    rejected.push(...answer.rejected.map(({ index, message }) => ({ line: sent + index + 1, message })));
    noteSending(context, answer.sending);
    sent += entries.length;
    entries = [];
  };
  for await (const line of readSuppressions(context.io, file)) {
    entries.push(toEntry(line, unless));
    if (entries.length === perRequest) await send();
  }
  if (entries.length > 0) await send();
  return { saved, rejected };
}

/** Empty cells say nothing. The server checks what is written, and says where it is wrong. */
function toEntry(line: SuppressionLine, unless: SuppressionLine): SuppressionEntry {
  const { type = '', scope, reason, expires_at } = { ...unless, ...withoutEmpty(line) };
  const entry = { identifier: { type, value: line.value ?? '' }, scope, reason };
  return { ...entry, ...(expires_at && { expiresAt: expires_at }) } as SuppressionEntry;
}

const withoutEmpty = (line: SuppressionLine): SuppressionLine =>
  Object.fromEntries(Object.entries(line).filter(([, cell]) => cell !== '' && cell !== null));
