import type { Command } from 'commander';
import type { AuditQuery } from '../client/types';
import type { Context } from './context';
import { listOption, showList, type ListOptions } from './lists';

export function addAudit(program: Command, context: Context): void {
  listOption(program.command('audit').description('what was changed with which key, newest first'))
    .option('--key <id>', 'of one key')
    .option('--profile <id>', 'about one profile, prf_…')
    .action(async ({ limit, all, ...query }: ListOptions & AuditQuery) => {
      const headers = ['at', 'key', 'action', 'target', 'profile', 'status', 'request'];
      const found = context.client().audit.each(query);
      await showList(context, { limit, ...(all && { all }) }, found, headers, (one) => [
        ...[one.at, one.key, one.action],
        Object.values(one.target).join(' '),
        ...[one.profile ?? '', one.status, one.requestId],
      ]);
    });
}
