import type { Command } from 'commander';
import type { SavedDraft } from '../client/types';
import { CommandError } from './command-error';
import type { Context } from './context';

export function addLint(journeys: Command, context: Context): void {
  journeys
    .command('lint <key>')
    .description('what there is to find fault with in the draft; fails where that would stop publishing')
    .action(async (key: string) => {
      const { findings } = await context.client().journeys.lint(key);
      context.show(findings, () =>
        findings.length > 0 ? findingsTable(context, [{ key, findings }]) : 'nothing found\n',
      );
      const errors = findings.filter(({ severity }) => severity === 'error').length;
      const found = `${errors} ${errors === 1 ? 'error' : 'errors'} found`;
      if (errors > 0) throw new CommandError(`${key} cannot be published: ${found}.`);
    });
}

export function findingsTable({ table }: Context, drafts: readonly Pick<SavedDraft, 'key' | 'findings'>[]): string {
  const rows = drafts.flatMap(({ key, findings }) =>
    findings.map(({ severity, path, message, suggestion }) => [severity, key, path, `${message} ${suggestion}`]),
  );
  return table(['finding', 'journey', 'where', 'what'], rows);
}
