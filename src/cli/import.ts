import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { ImportInput, ImportMapping, ImportResult, Operation } from '../client/types';
import { CommandError, usageError } from './command-error';
import type { Context } from './context';
import { figure } from './figure';
import { addColumn, type MappedColumns } from './import-mapping';
import { followOperation } from './operations';
import { cannotRead, readObject } from './read-definition';

interface ImportOptions {
  readonly mapping?: string;
  readonly map?: MappedColumns;
  readonly type?: string;
  readonly delimiter?: string;
  readonly event?: string;
  readonly name?: string;
  readonly audience?: string;
  readonly idempotencyKey?: string;
  readonly dryRun?: true;
  readonly wait?: true;
}

const examplesShown = 20;

export function addImport(program: Command, context: Context): void {
  program
    .command('import <file>')
    .description('rows of a CSV or NDJSON file as people or events; "-" is standard input, .gz is sent as it is')
    .option('--mapping <file>', 'what columns mean, as JSON or YAML; "auto" guesses, "events" takes lines for events')
    .option('--map <column=target>', 'one column, such as age=trait:age:integer; repeatable', addColumn)
    .option('--event <name>', 'rows are events of this name')
    .option('--type <type>', 'csv or ndjson; unless set, what the name of the file says')
    .option('--delimiter <character>', 'of a CSV; guessed from its header unless set')
    .option('--name <name>', 'shown with the import')
    .option('--audience <key>', "put each row's person into a manual audience")
    .option('--idempotency-key <key>', 'done twice under one key, it is one import')
    .option('--dry-run', 'check every row, write nothing, show the first rows as they would be')
    .option('--wait', 'until every row is applied')
    .action(async (file: string, options: ImportOptions) => runImport(context, file, options));
}

async function runImport(context: Context, file: string, options: ImportOptions): Promise<void> {
  const client = context.client();
  const { input, isGuess } = await inputOf(context, file, options);
  const data = await open(context, file);
  const { idempotencyKey } = options;
  const { id, format } = await client.imports.create(input, {
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
  context.note(`Sending ${file === '-' ? 'standard input' : file} to ${client.url} …`);
  const begun = await client.imports.upload(id, data, { type: format, isGzipped: file.endsWith('.gz') });
  if (options.wait !== true && input.dryRun !== true) {
    context.show(begun, () => `${id}\n`);
    context.note(`Importing; \`heddle operations wait ${id}\` follows it.`);
    return;
  }
  const ended = await followOperation(context, id);
  await showResult(context, ended);
  if (isGuess) context.note('The mapping is a guess. Add --mapping auto to import it so, or write one with --map.');
  failUnlessAllIn(ended);
}

/** Without a mapping, a guess is tried and shown, and nothing is written. */
async function inputOf(
  context: Context,
  file: string,
  { mapping, map, event, dryRun, ...options }: ImportOptions,
): Promise<{ readonly input: ImportInput; readonly isGuess: boolean }> {
  if (mapping !== undefined && map) throw usageError('Take --mapping or --map, not both.');
  const isGuess = mapping === undefined && !map;
  const input = {
    ...optionsOf(file, options),
    mapping: map ? mappingOf(map, event) : await readMapping(context, mapping),
    dryRun: dryRun === true || isGuess,
  };
  // What is not one of the words that it must be, the server refuses by name.
  return { input: input as ImportInput, isGuess };
}

const optionsOf = (
  file: string,
  { type, delimiter, name, audience }: Pick<ImportOptions, 'type' | 'delimiter' | 'name' | 'audience'>,
) => ({
  format: type ?? (/\.(ndjson|jsonl)(\.gz)?$/.test(file) ? 'ndjson' : 'csv'),
  ...(delimiter !== undefined && { delimiter: delimiter === '\\t' ? '\t' : delimiter }),
  ...(name !== undefined && { name }),
  ...(audience !== undefined && { audience }),
});

const mappingOf = (map: MappedColumns, event: string | undefined) =>
  ({ columns: map, ...(event !== undefined && { type: 'track', constants: { event } }) }) as unknown as ImportMapping;

async function readMapping({ io }: Context, mapping = 'auto'): Promise<ImportInput['mapping']> {
  if (mapping === 'auto' || mapping === 'events') return mapping;
  return (await readObject(mapping, io)) as unknown as ImportMapping;
}

async function open({ io }: Context, file: string): Promise<ReadableStream<Uint8Array>> {
  if (file === '-') return Readable.toWeb(Readable.from(bytesOf(io.stdin))) as ReadableStream<Uint8Array>;
  const path = resolve(io.cwd, file);
  const found = await stat(path).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  if (found.isDirectory()) throw cannotRead(file, { code: 'EISDIR' });
  return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
}

async function* bytesOf(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function showResult(context: Context, ended: Operation): Promise<void> {
  const result = ended.result as unknown as ImportResult | undefined;
  if (!result) return context.show(ended, () => `${ended.id}  ${ended.status}\n`);
  if (context.isJson()) return context.show(ended, () => '');
  const counts = result.dryRun
    ? {
        rows: result.rows,
        'would apply': result.wouldApply,
        'known people': result.wouldUpdate,
        new: result.wouldCreate,
      }
    : { rows: result.rows, applied: result.applied };
  const all = { ...counts, duplicates: result.duplicates, rejected: result.rejected };
  context.show(ended, () => context.table(Object.keys(all), [Object.values(all)]));
  if (result.dryRun) await showPreview(context, ended.id);
  const refusals = result.examples
    .slice(0, examplesShown)
    .map((one) => [String(one.row), one.code, one.column, one.message]);
  if (refusals.length > 0) context.show(ended, () => `\n${context.table(['row', 'code', 'column', 'why'], refusals)}`);
}

async function showPreview(context: Context, id: string): Promise<void> {
  const { data } = await context.client().imports.preview(id);
  const lines = data.map(({ row, event }) => [String(row), JSON.stringify(event)]);
  if (lines.length > 0) context.show(data, () => `\n${context.table(['row', 'as an event'], lines)}`);
}

function failUnlessAllIn({ id, status, error, result }: Operation): void {
  if (status !== 'completed')
    throw new CommandError(error?.message ?? `The import was ${status}; what is done stays done.`);
  const { rejected = 0, unapplied = 0, dryRun = false } = (result ?? {}) as unknown as Partial<ImportResult>;
  if (rejected + unapplied === 0) return;
  const isAre = dryRun ? 'would be' : 'were';
  throw new CommandError(
    `${figure(rejected + unapplied)} rows ${isAre} rejected; GET /v1/imports/${id}/errors.csv has all of them with their reasons.`,
  );
}
