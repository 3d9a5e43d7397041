import type { Command } from 'commander';
import type { IdentityViolationQuery } from '../client/types';
import type { Context } from './context';
import { listOption, showList, type ListOptions } from './lists';
import { readObject } from './read-definition';

export function addIdentity(program: Command, context: Context): void {
  const identity = program.command('identity').description('how people are told apart, and what that kept apart');
  identity
    .command('policy')
    .description('the policy of the workspace; {} is the usual one')
    .option('--set <file>', 'from now on this one, from a JSON or YAML file; "-" is standard input')
    .action(async ({ set }: { readonly set?: string }) => {
      const { identity: api } = context.client();
      // The server checks the policy, and says where it is wrong.
      const policy =
        set === undefined
          ? await api.policy()
          : await api.setPolicy(await readObject(set, context.io, 'one policy: an object'));
      context.show(policy, () => `${JSON.stringify(policy, undefined, 2)}\n`);
    });
  listOption(identity.command('violations').description('events of which identifiers were dropped, newest first'))
    .option('--type <type>', 'such as email')
    .option('--reason <reason>', 'unique, limit, untrusted, full or shared')
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
}
