import type { Command } from 'commander';
import { usageError } from './command-error';
import type { Context } from './context';

export function addWorkspaces(program: Command, context: Context): void {
  program
    .command('workspaces')
    .description('tenants')
    .command('create <name>')
    .description('make a workspace with its first keys; needs HEDDLE_ROOT_KEY')
    .action(async (name: string) => {
      const rootKey = context.io.env['HEDDLE_ROOT_KEY'];
      if (!rootKey)
        throw usageError('Set HEDDLE_ROOT_KEY to the root key of the installation; only it makes workspaces.');
      const made = await context.client({ apiKey: rootKey }).workspaces.create(name);
      const keys = Object.entries(made.keys).map(([kind, key]) => [kind, key]);
      context.show(made, () => `${made.id}  ${made.name}\n\n${context.table(['key', 'shown only now'], keys)}`);
    });
}
