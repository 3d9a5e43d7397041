import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Context } from './context';
import { loadSchemas } from './lazy';

/** `schemas write`: what editors check and complete definitions by. Asks no server. */
export function addSchemas(program: Command, context: Context): void {
  program
    .command('schemas')
    .description('what definitions may say, as JSON Schema')
    .command('write [folder]')
    .description('write one file for each kind, for editors; "schemas" unless it is named')
    .action(async (folder: string = 'schemas') => {
      const { definitionSchema, schemaNames } = loadSchemas();
      await mkdir(resolve(context.io.cwd, folder), { recursive: true });
      const files = schemaNames.map((kind) => ({ kind, file: join(folder, `${kind}.json`) }));
      for (const { kind, file } of files)
        await writeFile(resolve(context.io.cwd, file), `${JSON.stringify(definitionSchema(kind), undefined, 2)}\n`);
      context.show({ files: files.map(({ file }) => file) }, () => `${files.map(({ file }) => file).join('\n')}\n`);
    });
}
