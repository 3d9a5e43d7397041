import type { Command } from 'commander';
import type { GroupDetail, GroupMember } from '../client/types';
import type { Context } from './context';
import { listOption, showList, type ListOptions } from './lists';
import { addPolicy } from './policy-command';

export function addGroups(program: Command, context: Context): void {
  const households = program.command('households').description('people acted on as one, and by what they are');
  addTo(households, context, 'households');
  addPolicy(households, context, {
    description: 'which people belong together, as households and accounts; {} is the usual way',
    of: (client) => client.households,
  });
  addTo(program.command('accounts').description('companies, and who is of them'), context, 'accounts');
}

function addTo(command: Command, context: Context, of: 'households' | 'accounts'): void {
  listOption(command.command('list').description('all of them, by key')).action(async ({ limit, all }: ListOptions) => {
    const found = context.client()[of].each();
    const headers = ['key', 'members', 'too large', 'since'];
    await showList(context, { limit, ...(all && { all }) }, found, headers, (one) => [
      one.key,
      one.memberCount,
      one.isTooLarge ? 'yes' : '',
      one.createdAt,
    ]);
  });
  command
    .command('show <key>')
    .description('one of them with its traits, its first members and the audiences they are in')
    .action(async (key: string) => {
      const group = await context.client()[of].get(key);
      context.show(group, () => describe(context, group));
    });
  listOption(command.command('members <key>').description('everybody in one of them')).action(
    async (key: string, options: ListOptions) => {
      const found = context.client()[of].eachMember(key);
      await showList(context, options, found, memberHeaders, memberRow);
    },
  );
  command
    .command('add <key> <ref>')
    .description('make somebody a member: prf_… or type:value, such as user_id:u1')
    .option('--role <role>', 'what they are in it')
    .action(async (key: string, ref: string, role: { readonly role?: string }) => {
      const member = await context.client()[of].addMember(key, ref, role);
      context.show(member, () => `${member.profileId} is a member.\n`);
    });
  command
    .command('remove <key> <ref>')
    .description('take somebody out')
    .action(async (key: string, ref: string) => {
      await context.client()[of].removeMember(key, ref);
      context.show({ removed: ref }, () => 'They are no member.\n');
    });
}

const memberHeaders = ['profile', 'role', 'since', 'by', 'identifiers'];
const memberRow = ({ profileId, role, since, by, identifiers }: GroupMember) => [
  ...[profileId, role, since, by],
  identifiers.map(({ type, value }) => `${type}:${value}`).join(', '),
];

function describe(context: Context, { traits, memberCount, members, audiences, isTooLarge }: GroupDetail): string {
  return [
    `${memberCount} members${isTooLarge ? ', too many to mean anything' : ''}\n`,
    `${JSON.stringify(traits, undefined, 2)}\n`,
    context.table(memberHeaders, members.map(memberRow)),
    audiences.map(({ key, members: count }) => `${key}: ${count} of them\n`).join(''),
  ].join('\n');
}
