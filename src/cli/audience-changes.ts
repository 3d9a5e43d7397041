import type { Command } from 'commander';
import type { AudienceChange } from '../client/types';
import type { Context } from './context';
import { plain } from './table';

interface Options {
  readonly after?: string;
  readonly from?: string;
  readonly identifiers?: true;
  readonly follow?: true;
}

export function addChanges(audiences: Command, context: Context): void {
  audiences
    .command('changes <key>')
    .description('who came and who left, in order; with --json one object a line')
    .option('--after <cursor>', 'what came after a change, by its id')
    .option('--from <when>', '"start" for everybody who is in, then the changes; "now"; or an instant, RFC 3339')
    .option('--identifiers', 'with the identifiers of each profile')
    .option('-f, --follow', 'go on, until Ctrl-C')
    .action((key: string, options: Options) => printChanges(context, key, options));
}

async function printChanges(context: Context, key: string, { identifiers, follow, ...where }: Options): Promise<void> {
  const { audiences } = context.client();
  const query = { ...where, ...(identifiers && { include: 'identifiers' as const }) };
  if (follow) {
    context.note(`Following the changes of ${key}; Ctrl-C ends.`);
    for await (const change of audiences.follow(key, query)) print(context, change);
    return;
  }
  const { after, from, ...of } = query;
  let page = await audiences.changes(key, {
    ...of,
    ...(after !== undefined && { after }),
    ...(from !== undefined && { from }),
  });
  while (page.data.length > 0) {
    for (const change of page.data) print(context, change);
    page = await audiences.changes(key, { ...of, after: page.next });
  }
  // For whoever asks again later: with --json the id of the last line says the same.
  context.note(`Go on with --after ${page.next}`);
}

function print(context: Context, line: AudienceChange): void {
  const { at, change, profile, cause, identifiers = [] } = line;
  const names = identifiers.map(({ type, value }) => `${type}:${value}`);
  context.show(line, () => `${plain([at, change.padEnd(7), profile, cause, ...names].join('  '))}\n`);
}
