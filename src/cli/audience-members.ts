import type { Command } from 'commander';
import type { MemberExport } from '../client/types';
import { CommandError } from './command-error';
import type { Context } from './context';
import { followOperation } from './operations';

/** What is done with the members of an audience, and with the whole of it. */
export function addMembers(audiences: Command, context: Context): void {
  addChanges(audiences, context);
  addCopies(audiences, context);
  audiences
    .command('export <key>')
    .description('present members as CSV or NDJSON, to standard output')
    .option('--format <format>', '"csv" or "ndjson"')
    .option('--identifiers <types>', 'such as user_id,email; all unless set', split)
    .option('--traits <names>', 'such as first_name,address.city; none unless set', split)
    .action(async (key: string, options: MemberExport) => {
      const file = await context.client().audiences.exportMembers(key, options);
      const decoder = new TextDecoder();
      for await (const chunk of file) context.io.out.write(decoder.decode(chunk, { stream: true }));
    });
  for (const [name, isStarred] of [
    ['star', true],
    ['unstar', false],
  ] as const)
    audiences
      .command(`${name} <key>`)
      .description(isStarred ? 'have it at hand, for everybody of the workspace' : 'have it at hand no longer')
      .action(async (key: string) => {
        await context.client().audiences[name](key);
        context.show({ audience: key, isStarred }, () => `${key} has ${isStarred ? 'a' : 'no'} star\n`);
      });
}

const split = (text: string): string[] => text.split(',');

function addChanges(audiences: Command, context: Context): void {
  for (const what of ['add', 'remove'] as const)
    audiences
      .command(`${what} <key> <ref...>`)
      .description(
        `${what === 'add' ? 'put people into' : 'take people out of'} a manual audience; prf_… or type:value`,
      )
      .action(async (key: string, refs: string[]) => {
        const changed = await context.client().audiences.changeMembers(key, { [what]: refs });
        const { added, removed, unknown } = changed;
        context.show(changed, () => `${key}  ${what === 'add' ? `${added} put in` : `${removed} taken out`}\n`);
        if (unknown.length > 0) throw new CommandError(`Nobody is known by ${unknown.length} of ${refs.length}.`);
      });
}

function addCopies(audiences: Command, context: Context): void {
  audiences
    .command('copy <key> <from>')
    .description('put the present members of another audience into a manual one')
    .option('--wait', 'until all of them are in')
    .action(async (key: string, from: string, { wait }: { wait?: true }) => {
      const begun = await context.client().audiences.copyMembers(key, from);
      const shown = wait ? await followOperation(context, begun.id) : begun;
      context.show(shown, () => `${shown.id}  ${shown.status}\n`);
      if (!wait) context.note(`Copying; \`heddle operations wait ${begun.id}\` follows it.`);
    });
  audiences
    .command('duplicate <key> <new>')
    .description('save what an audience says under another key')
    .requiredOption('--name <name>', 'of the new one')
    .option('--members', 'of a manual audience, its members too')
    .action(async (key: string, to: string, { name, members }: { name: string; members?: true }) => {
      const as = { key: to, name, ...(members && { members }) };
      const made = await context.client().audiences.duplicate(key, as);
      context.show(made, () => `${to}  version ${made.audience.version}\n`);
      if (made.operation) context.note(`Copying; \`heddle operations wait ${made.operation.id}\` follows it.`);
    });
}
