import type { Command } from 'commander';
import type { IdentityInsights, IdentityViolationQuery } from '../client/types';
import { CommandError } from './command-error';
import type { Context } from './context';
import { percent } from './figure';
import { listOption, showList, type ListOptions } from './lists';
import { addPolicy } from './policy-command';

export function addIdentity(program: Command, context: Context): void {
  const identity = program.command('identity').description('how people are told apart, and what that kept apart');
  addPolicy(identity, context, {
    description: 'the policy of the workspace; {} is the usual one',
    of: (client) => client.identity,
  });
  identity
    .command('insights')
    .description('how people were told apart in the last days, in figures')
    .action(async () => {
      const insights = await context.client().identity.insights();
      context.show(insights, () => printInsights(context, insights));
    });
  listOption(identity.command('violations').description('events of which identifiers were dropped, newest first'))
    .option('--type <type>', 'such as email')
    .option('--reason <reason>', 'unique, limit, untrusted, full, apart, shared, quarantined or unverified')
    .action(async ({ limit, all, ...query }: ListOptions & IdentityViolationQuery) => {
      const found = context.client().identity.eachViolation(query);
      const headers = ['received', 'event', 'source', 'profile', 'dropped'];
      await showList(context, { limit, ...(all && { all }) }, found, headers, (one) => [
        one.at,
        one.messageId,
        one.source,
        one.profile,
        one.dropped.map(({ type, reason }) => `${type} (${reason})`).join(', '),
      ]);
    });
  addQuarantine(identity, context);
}

function addQuarantine(identity: Command, context: Context): void {
  const quarantine = identity
    .command('quarantine')
    .description('identifiers that name nobody, whoever comes with them');
  listOption(quarantine.command('list', { isDefault: true }).description('those that are in it, newest first')).action(
    async ({ limit, all }: ListOptions) => {
      const found = context.client().identity.eachQuarantined();
      const headers = ['id', 'type', 'value', 'since', 'why', 'people', 'source'];
      await showList(context, { limit, ...(all && { all }) }, found, headers, (one) => [
        ...[one.id, one.type, one.value, one.since, one.reason, one.people, one.source],
      ]);
    },
  );
  quarantine
    .command('add <identifier>')
    .description('put one in: type:value, such as email:office@x.example')
    .action(async (identifier: string) => {
      const colon = identifier.indexOf(':');
      if (colon < 1) throw new CommandError('Write type:value, such as email:office@x.example.');
      // The server knows which types there are.
      const type = identifier.slice(0, colon);
      const done = await context.client().identity.putInQuarantine({ type, value: identifier.slice(colon + 1) });
      context.show(done, () => (done.isDone ? 'It names nobody from now on.\n' : 'It waits for the intake.\n'));
    });
  quarantine
    .command('release <id>')
    .description('let it be whoever comes with it next, by the id of the list')
    .action(async (id: string) => {
      await context.client().identity.release(id);
      context.show({ released: id }, () => 'It is whoever comes with it next.\n');
    });
}

function printInsights({ table }: Context, { days, violations, merges, quarantine, sample }: IdentityInsights): string {
  const spreads = [
    ['identifiers', sample.identifiers] as const,
    ...Object.entries(sample.byType),
    ['absorbed profiles', sample.absorbed] as const,
  ];
  return [
    `the last ${days} days\n`,
    table(
      ['identifiers dropped because', 'events'],
      Object.entries(violations).map(([reason, count]) => [reason, count]),
    ),
    table(['merges by identifiers', 'asked for', 'taken back'], [[merges.byIdentifiers, merges.asked, merges.undone]]),
    `${quarantine.identifiers} identifiers are in quarantine, ${quarantine.recent} of them since then\n`,
    `of ${sample.profiles} profiles ${sample.known} are known, ${sample.merged} have absorbed others (${percent(sample.mergeRate)})\n`,
    table(
      ['what each has', 'average', 'half have at most', '95 of 100 have at most', 'most'],
      spreads.map(([type, { average, p50, p95, most }]) => [type, average, p50, p95, most]),
    ),
  ].join('\n');
}
