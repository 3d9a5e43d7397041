import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import type { Operation, Retention, RetentionPolicy, SignedReceipt } from '../client/types';
import { CommandError } from './command-error';
import type { Context } from './context';
import { readCount } from './pairs';
import { readFileOrStdin } from './read-definition';

/** The commands on one person that belong to their rights. */
export function addRights(profiles: Command, context: Context): void {
  profiles
    .command('erase <refs...>')
    .description('erase people for good, and identifiers that nobody has yet; prints the receipts')
    .action(async (refs: string[]) => {
      const { data } = await context.client().privacy.erase(refs);
      for (const { id } of data) showResult(context, await ended(context, id));
    });
  profiles
    .command('export <ref>')
    .description('everything that is kept of a person, as JSON lines')
    .requiredOption('--out <file>', 'where to write it')
    .action(async (ref: string, { out }: { out: string }) => {
      const operation = await ended(context, (await context.client().profiles.export(ref)).id);
      await pipeline(
        await context.client().privacy.file(operation.id),
        createWriteStream(resolve(context.io.cwd, out), { mode: 0o600 }),
      );
      showResult(context, operation);
    });
  profiles
    .command('restrict <ref>')
    .description('keep a person and stop processing them')
    .action(async (ref: string) => {
      const restricted = await context.client().profiles.restrict(ref);
      context.show(restricted, () => `${restricted.profile}  restricted since ${restricted.restrictedAt}\n`);
    });
  profiles
    .command('unrestrict <ref>')
    .description('process a person again')
    .action(async (ref: string) => {
      await context.client().profiles.liftRestriction(ref);
      context.show({ ref }, () => 'lifted\n');
    });
}

export function addPrivacy(program: Command, context: Context): void {
  const privacy = program.command('privacy').description('receipts, and how long what is kept');
  privacy
    .command('verify <file>')
    .description('whether this installation signed a receipt; "-" is standard input')
    .action(async (file: string) => {
      // The server says what it misses in it.
      const signed = (await readFileOrStdin(file, context.io)) as SignedReceipt;
      const { receipt, signature } = Object(signed) as SignedReceipt;
      const verdict = await context.client().privacy.verify({ receipt, signature });
      context.show(verdict, () => (verdict.isValid ? 'valid\n' : 'not valid\n'));
      if (!verdict.isValid) throw new CommandError('The receipt was changed, or is not of this workspace.');
    });
  privacy
    .command('retention')
    .description('how many days what is kept; with options, from now on these and no others')
    .option('--events <days>', 'events, at least 90', readCount)
    .option('--dead-letters <days>', 'refused events', readCount)
    .option('--deliveries <days>', 'settled deliveries, at least 90', readCount)
    .option('--operations <days>', 'ended operations, at least 7', readCount)
    .option('--anonymous-profiles <days>', 'inactive profiles that nobody can name, at least 30', readCount)
    .option('--test-people <days>', 'people made up for tests of journeys; 7 unless set', readCount)
    .action(async (policy: RetentionPolicy) => {
      const { privacy: api } = context.client();
      const isSet = Object.keys(policy).length > 0;
      const retention = isSet ? await api.setRetention(policy) : await api.retention();
      context.show(retention, () => printRetention(context, retention));
    });
}

async function ended(context: Context, id: string): Promise<Operation> {
  const operation = await context.client().operations.wait(id);
  if (operation.status === 'completed') return operation;
  throw new CommandError(`${id} ${operation.status}: ${operation.error?.message ?? 'see heddle operations'}`);
}

/** The result as JSON either way: it is to be kept, and verified as it stands. */
function showResult(context: Context, { id, result }: Operation): void {
  context.note(`${id} completed`);
  context.show(result, () => `${JSON.stringify(result, undefined, 2)}\n`);
}

function printRetention({ table }: Context, { audiencesBeyond, ...policy }: Retention): string {
  const days = Object.entries(policy).map(([name, kept]) => [name, kept]);
  const beyond = audiencesBeyond.length > 0 ? `\nlook back further: ${audiencesBeyond.join(', ')}\n` : '';
  return `${days.length === 0 ? 'everything is kept for good\n' : table(['kept', 'days'], days)}${beyond}`;
}
