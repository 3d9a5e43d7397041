import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { writeVocabulary, type LearnedEvent } from '../../code/write/write-vocabulary';
import type { Context } from '../context';
import { startProgress } from '../progress';

/** `types pull`: what the catalogue has learned, as types for the builder. */
export function addTypes(program: Command, context: Context): void {
  program
    .command('types')
    .description('types of events and traits, for definitions as code')
    .command('pull')
    .description('write what the catalogue has learned as TypeScript')
    .option('--out <file>', 'where to; standard output unless it is given')
    .action(async ({ out }: { out?: string }) => {
      const code = writeVocabulary(await learned(context));
      if (out === undefined) return context.show({ code }, () => code);
      await writeFile(resolve(context.io.cwd, out), code);
      context.show({ file: out }, () => `${out}\n`);
    });
}

async function learned(context: Context): Promise<LearnedEvent[]> {
  const { catalogue } = context.client();
  const progress = startProgress(context.io.err);
  const events: LearnedEvent[] = [];
  for await (const { name, kind } of catalogue.each({ limit: 100 })) {
    events.push(await catalogue.get(name, { kind }));
    progress.update(`${events.length} events read`);
  }
  progress.end('');
  return events;
}
