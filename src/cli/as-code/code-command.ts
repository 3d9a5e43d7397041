import type { Command } from 'commander';
import { definitionKeyPattern } from '../../domain/definition-key';
import type { JsonObject } from '../../domain/json';
import type { Context } from '../context';
import { readDefinition } from '../read-definition';
import { definitionKinds, getHeld, type Folder } from './definition-kinds';

/** `code`: a definition as the code that makes it again. */
export function addCode(group: Command, context: Context, folder: Folder): void {
  const { noun, write } = definitionKinds[folder];
  group
    .command('code <file|key>')
    .description(`one ${noun}, of a file or as the server has it, as code for the builder`)
    .action(async (from: string) => {
      const isKey = definitionKeyPattern.test(from) && from !== '-';
      const definition = isKey
        ? (await getHeld(context.client(), folder, from)).definition
        : await readWhole(from, context);
      context.show({ code: write(definition) }, () => write(definition));
    });
}

async function readWhole(file: string, { io }: Context): Promise<JsonObject> {
  const { key, definition } = await readDefinition(file, io);
  return { key, ...definition };
}
