import type { Command } from 'commander';
import type { IdentityGraph, MergeChanges, MergeOutcome } from '../client/types';
import type { Context } from './context';
import { listOption, showList, type ListOptions } from './lists';

interface Asked {
  readonly dryRun?: boolean;
}

/** The commands on who is one person. */
export function addMerges(profiles: Command, context: Context): void {
  listOption(profiles.command('merges <ref>').description('which profiles became this one, newest first')).action(
    async (ref: string, options: ListOptions) => {
      const headers = ['at', 'absorbed', 'survivor', 'why', 'event', 'taken back'];
      await showList(context, options, context.client().profiles.eachMerge(ref), headers, (one) => [
        ...[one.at, one.absorbed, one.survivor],
        one.reason === 'asked' ? 'asked' : one.identifierTypes.join(', '),
        one.messageId,
        one.undone?.at ?? '',
      ]);
    },
  );
  profiles
    .command('graph <ref>')
    .description('why somebody is one person: which event brought each identifier, and each merge')
    .action(async (ref: string) => {
      const graph = await context.client().profiles.graph(ref);
      context.show(graph, () => printGraph(context, graph));
    });
  profiles
    .command('merge <ref> <with>')
    .description('say that two profiles are one person')
    .option('--dry-run', 'only show what would change')
    .action(async (ref: string, other: string, { dryRun }: Asked) => {
      const { profiles: api } = context.client();
      const outcome = await (dryRun ? api.planMerge(ref, other) : api.merge(ref, other));
      context.show(outcome, () => print(context, outcome, 'absorbs', dryRun));
    });
  profiles
    .command('unmerge <ref> <absorbed>')
    .description('take a merge back, and keep the two apart; <absorbed> is a prf_… of `profiles merges`')
    .option('--dry-run', 'only show what would change')
    .action(async (ref: string, absorbed: string, { dryRun }: Asked) => {
      const { profiles: api } = context.client();
      const outcome = await (dryRun ? api.planUnmerge(ref, absorbed) : api.unmerge(ref, absorbed));
      context.show(outcome, () => print(context, outcome, 'gives back', dryRun));
    });
}

function print(context: Context, outcome: MergeOutcome, verb: string, dryRun: boolean | undefined): string {
  const { survivor, absorbed, isDone, changes } = outcome;
  if (absorbed === undefined) return `${survivor}  one profile already\n`;
  const state = isDone ? 'done' : dryRun ? 'not done: a dry run' : 'accepted, and about to be done';
  const head = `${survivor} ${verb} ${absorbed}  ${state}\n`;
  return changes ? `${head}\n${printChanges(context, changes)}` : head;
}

function printChanges({ table }: Context, { profiles, enrollments, events }: MergeChanges): string {
  const people = profiles.map(({ id, identifiers, enters, leaves }) => [
    id,
    identifiers.map(({ type, value }) => `${type}:${value}`).join(' '),
    enters.join(', '),
    leaves.join(', '),
  ]);
  const runs = enrollments.map(({ journey, id, profile, reason = 'goes on' }) => [journey, id, profile, reason]);
  return [
    table(['profile', 'known by', 'enters', 'leaves'], people),
    ...(runs.length > 0 ? [table(['journey', 'enrollment', 'profile', 'what becomes of it'], runs)] : []),
    ...(events > 0 ? [`${events} events since the merge go along\n`] : []),
  ].join('\n');
}

function printGraph({ table }: Context, { edges, room }: IdentityGraph): string {
  const rows = edges.map((edge) => {
    if (edge.kind === 'apart') return ['apart', edge.profile, edge.other, '', ''];
    const by = [edge.messageId ?? '', edge.source ?? ''];
    if (edge.kind === 'identifier') {
      const { type, value } = edge.identifier;
      return ['identifier', `${type}:${value}`, edge.profile, ...by];
    }
    return [edge.undoneAt === undefined ? 'merge' : 'merge, taken back', edge.absorbed, edge.survivor, ...by];
  });
  const { identifiers, merges, traits } = room;
  const full = [identifiers, merges, traits].map(({ used, most }) => `${used} of ${most}`);
  return [
    table(['edge', 'from', 'to', 'event', 'source'], rows),
    table(['identifiers', 'merges', 'traits'], [full]),
  ].join('\n');
}
