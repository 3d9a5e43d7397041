import type { Command } from 'commander';
import type { ComputedTrait, ComputedTraitDefinition } from '../client/types';
import { addCode } from './as-code/code-command';
import type { Context } from './context';
import { listOption, showList, type ListOptions } from './lists';
import { putFiles } from './put-files';
import type { DefinitionFile } from './read-definition';

const headers = ['computed trait', 'type', 'status', 'version', 'name'];
const row = ({ key, type, status, version, name }: ComputedTrait) => [key, type, status, version, name];

export function addComputedTraits(program: Command, context: Context): void {
  const traits = program.command('computed-traits').description('what is worked out of what people did');
  listOption(traits.command('list').description('all computed traits')).action(async (options: ListOptions) => {
    await showList(context, options, context.client().computedTraits.each(), headers, row);
  });
  traits
    .command('get <key>')
    .description('one computed trait with its definition')
    .action(async (key: string) => {
      const trait = await context.client().computedTraits.get(key);
      context.show(
        trait,
        () => `${context.table(headers, [row(trait)])}${JSON.stringify(trait.value, undefined, 2)}\n`,
      );
    });
  traits
    .command('put <file...>')
    .description('save definitions from JSON or YAML files; "-" is standard input')
    .action(async (files: string[]) => {
      const client = context.client();
      // The server checks the definition, and says where it is wrong.
      const put = ({ key, definition }: DefinitionFile) =>
        client.computedTraits.put(key, definition as unknown as ComputedTraitDefinition);
      await putFiles(context, files, put, (saved) => context.table(headers, saved.map(row)));
    });
  addCode(traits, context, 'computed-traits');
  traits
    .command('delete <key>')
    .description('forget one that nothing reads')
    .action(async (key: string) => {
      await context.client().computedTraits.delete(key);
      context.show({ computedTrait: key }, () => `${key} is no computed trait any more\n`);
    });
}
