import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { SendAllProgress } from '../client/send-all';
import { CommandError } from './command-error';
import type { Context } from './context';
import { figure } from './figure';
import { readNdjson } from './ndjson';
import { startProgress } from './progress';
import { cannotRead } from './read-definition';

interface Options {
  readonly concurrency: number;
  readonly batchSize: number;
  readonly bulk?: true;
}

const refusalsShown = 20;

/** Sends a file of events, with a progress line. Fails when anything in it was refused. */
export async function sendFile(context: Context, file: string, { bulk, ...options }: Options): Promise<void> {
  const client = context.client();
  context.note(`Sending ${file === '-' ? 'standard input' : file} to ${client.url} …`);
  const lines = readNdjson(await open(context, file));
  const progress = startProgress(context.io.err);
  const began = performance.now();
  const onProgress = (state: SendAllProgress) => progress.update(progressText(state, performance.now() - began));
  const result = await client.events
    .sendAll(lines.values, { ...options, onProgress, ...(bulk && { lane: 'bulk' as const }) })
    .catch((error: unknown) => {
      throw (error as NodeJS.ErrnoException).syscall === 'read' ? cannotRead(file, error) : error;
    })
    .finally(() => progress.end());
  const rejected = [
    ...lines.invalid.map((line) => ({ line, code: 'not-json', message: 'The line is not JSON.' })),
    ...result.rejected.map(({ index, ...refusal }) => ({ line: lines.lineOf(index), ...refusal })),
  ];
  const { accepted, duplicates } = result;
  context.show({ accepted, duplicates, rejected }, () => {
    const counts = context.table(['accepted', 'duplicates', 'refused'], [[accepted, duplicates, rejected.length]]);
    const refusals = rejected.slice(0, refusalsShown).map(({ line, code, message }) => [String(line), code, message]);
    return refusals.length === 0 ? counts : `${counts}\n${context.table(['line', 'code', 'why'], refusals)}`;
  });
  if (rejected.length > 0) {
    throw new CommandError(
      `${figure(rejected.length)} events were refused. Correct them and send the file again: the others count once.`,
    );
  }
}

async function open({ io }: Context, file: string): Promise<AsyncIterable<Uint8Array | string>> {
  if (file === '-') return io.stdin;
  const path = resolve(io.cwd, file);
  await access(path).catch((error: unknown) => {
    throw cannotRead(file, error);
  });
  return createReadStream(path) as AsyncIterable<Uint8Array>;
}

function progressText({ sent, duplicates, rejected }: SendAllProgress, elapsedMs: number): string {
  const perSecond = Math.round(sent / Math.max(elapsedMs / 1_000, 0.001));
  return `${figure(sent)} sent · ${figure(duplicates)} duplicates · ${figure(rejected)} refused · ${figure(perSecond)}/s`;
}
