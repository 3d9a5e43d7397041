import type { Command } from 'commander';
import type { Decision, Profile } from '../client/types';
import { addConsent } from './consent';
import type { Context } from './context';
import { addMerges } from './merges';
import { addRights } from './privacy';

export function addProfiles(program: Command, context: Context): void {
  const profiles = program.command('profiles').description('people');
  profiles
    .command('get <ref>')
    .description('one profile: prf_… or type:value, such as user_id:u1')
    .action(async (ref: string) => {
      const profile = await context.client().profiles.get(ref);
      context.show(profile, () => print(context, profile));
    });
  profiles
    .command('decide <ref>')
    .description('the audiences somebody is in, and where their journeys stand, as pages and servers ask for them')
    .option('--slots <list>', 'also what journeys show in these slots, such as "hero,banner"', listOf)
    .action(async (ref: string, { slots = [] }: { slots?: string[] }) => {
      const decision = await context
        .client()
        .decide({ profile: ref, ...(slots.length > 0 && { slots, preview: true }) });
      context.show(decision, () => printDecision(context, decision));
    });
  addMerges(profiles, context);
  addConsent(profiles, context);
  addRights(profiles, context);
}

function printDecision({ table }: Context, { audiences, journeys = [], slots = {} }: Decision): string {
  return [
    table(
      ['audience'],
      audiences.map((key) => [key]),
    ),
    table(
      ['journey', 'step', 'entered'],
      journeys.map(({ journey, step, enteredAt }) => [journey, step, enteredAt]),
    ),
    ...(Object.keys(slots).length === 0 ? [] : [tableOfSlots(table, slots)]),
  ].join('\n');
}

const tableOfSlots = (table: Context['table'], slots: NonNullable<Decision['slots']>): string =>
  table(
    ['slot', 'journey', 'step', 'content'],
    Object.entries(slots).map(([slot, { journey, step, content }]) => [slot, journey, step, JSON.stringify(content)]),
  );

const listOf = (text: string): string[] => text.split(',').map((one) => one.trim());

function print({ table }: Context, { id, identifiers, traits, audiences, groups = [], isShared }: Profile): string {
  const known = identifiers.map(({ type, value, firstSeenAt, verifiedAt }) => [type, value, firstSeenAt, verifiedAt]);
  const facts = Object.entries(traits).map(([name, value]) => [name, JSON.stringify(value)]);
  const memberships = audiences.map(({ key, enteredAt }) => [key, enteredAt]);
  const memberOf = groups.map(({ type, key, role, since }) => [type, key, role, since]);
  return [
    `${id}${isShared ? ' (nobody’s)' : ''}\n`,
    table(['identifier', 'value', 'first seen', 'verified'], known),
    table(['trait', 'value'], facts),
    table(['audience', 'entered'], memberships),
    ...(memberOf.length > 0 ? [table(['group', 'key', 'role', 'since'], memberOf)] : []),
  ].join('\n');
}
