import type { Command } from 'commander';
import type { AudienceVersion, NextAudience, StoredAudience } from '../client/types';
import type { Context } from './context';
import { listOption, showList, type ListOptions } from './lists';

/** How far the version is that is being prepared. */
export const progressOf = ({ version, progress }: NextAudience): string => {
  const { done, total } = progress ?? { done: 0, total: 0 };
  return `version ${version} ${total === 0 ? 0 : Math.floor((100 * done) / total)} % ready`;
};

export function addVersions(audiences: Command, context: Context, summary: (audience: StoredAudience) => string): void {
  listOption(
    audiences.command('versions <key>').description('what it said, newest first, and what each save changed'),
  ).action(async (key: string, options: ListOptions) => {
    const all = context.client().audiences.eachVersion(key);
    await showList(context, options, all, ['version', 'saved', 'by', 'changed', 'served'], (one) => [
      String(one.version),
      one.savedAt,
      one.savedBy,
      (one.changes ?? []).map(({ pointer }) => pointer).join(' '),
      servedOf(one),
    ]);
  });
  audiences
    .command('rollback <key> <version>')
    .description('save again what an earlier version said, as the next one')
    .option('--start-journeys', 'whom it moves begins journeys by that')
    .action(async (key: string, version: string, options: { startJourneys?: true }) => {
      const saved = await context.client().audiences.rollback(key, Number(version), options);
      context.show(saved, () => summary(saved));
    });
  audiences
    .command('cancel-edit <key>')
    .description('have the version that is being prepared never serve')
    .action(async (key: string) => {
      const saved = await context.client().audiences.cancelEdit(key);
      context.show(saved, () => summary(saved));
    });
}

function servedOf({ served, endedAs }: AudienceVersion): string {
  if (!served) return endedAs ?? 'being prepared';
  return served.until === undefined ? `since ${served.from}` : `${served.from} to ${served.until}`;
}
