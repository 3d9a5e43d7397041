import type { Command } from 'commander';
import type { ConsentHistory, PurposeDefinition } from '../client/types';
import type { Context } from './context';
import { listOption, showList, type ListOptions } from './lists';
import { readDefinition } from './read-definition';

export function addPurposes(program: Command, context: Context): void {
  const purposes = program.command('purposes').description('what people consent to');
  listOption(purposes.command('list').description('all purposes')).action(async (options: ListOptions) => {
    const headers = ['purpose', 'when unset', 'transactional', 'name'];
    await showList(context, options, context.client().purposes.each(), headers, (one) => [
      one.key,
      one.whenUnset,
      one.transactional ? 'yes' : 'no',
      one.name,
    ]);
  });
  purposes
    .command('put <file>')
    .description('save one from a JSON or YAML file; "-" is standard input')
    .action(async (file: string) => {
      const { key, definition } = await readDefinition(file, context.io);
      // The server checks the definition, and says where it is wrong.
      const saved = await context.client().purposes.put(key, definition as unknown as PurposeDefinition);
      context.show(saved, () => `${key}  version ${saved.version}  silence means ${saved.whenUnset}\n`);
    });
  purposes
    .command('delete <key>')
    .description('forget one that nothing needs')
    .action(async (key: string) => {
      await context.client().purposes.delete(key);
      context.show({ purpose: key }, () => `${key} is no purpose any more\n`);
    });
}

export function addConsent(profiles: Command, context: Context): void {
  profiles
    .command('consent <ref>')
    .description('how somebody stands to each purpose, and what they said, newest first')
    .action(async (ref: string) => {
      const consent = await context.client().profiles.consent(ref);
      context.show(consent, () => print(context, consent));
    });
}

function print({ table }: Context, { purposes, data }: ConsentHistory): string {
  const states = purposes.map((one) => [one.purpose, one.status, one.isAllowed ? 'yes' : 'no', one.basis]);
  const said = data.map(({ at, purpose, status, source, messageId }) => [at, purpose, status, source, messageId]);
  return [
    table(['purpose', 'status', 'allowed', 'by'], states),
    table(['said at', 'purpose', 'status', 'source', 'event'], said),
  ].join('\n');
}
