import type { Command } from 'commander';
import type { EventInput, EventsAnswer } from '../client/event-types';
import type { Json } from '../domain/json';
import { readJsonText } from '../domain/json-text';
import { CommandError, usageError } from './command-error';
import type { Context } from './context';
import { addPair, readCount } from './pairs';
import { sendFile } from './send-file';

interface EventOptions {
  readonly user?: string;
  readonly anonymous?: string;
  readonly property?: Record<string, Json>;
  readonly trait?: Record<string, Json>;
  readonly context?: Json;
  readonly timestamp?: string;
  readonly messageId?: string;
  readonly event?: string;
  readonly name?: string;
  readonly category?: string;
  readonly group?: string;
  readonly previous?: string;
}

/** What each kind of event has of its own: its options, and the fields they become. */
const kinds = {
  track: {
    summary: 'something a person did',
    options: (command: Command) => command.requiredOption('--event <name>', 'what happened, such as "Cart Started"'),
    fields: ({ event = '', property }: EventOptions) => ({ event, properties: property }),
    data: 'property',
  },
  identify: {
    summary: 'who somebody is, and facts about them',
    options: (command: Command) => command,
    fields: ({ trait }: EventOptions) => ({ traits: trait }),
    data: 'trait',
  },
  page: {
    summary: 'a page that was viewed',
    options: (command: Command) => command.option('--name <name>').option('--category <name>'),
    fields: ({ name, category, property }: EventOptions) => ({ name, category, properties: property }),
    data: 'property',
  },
  screen: {
    summary: 'a screen of an app that was viewed',
    options: (command: Command) => command.option('--name <name>').option('--category <name>'),
    fields: ({ name, category, property }: EventOptions) => ({ name, category, properties: property }),
    data: 'property',
  },
  group: {
    summary: 'a group that somebody belongs to',
    options: (command: Command) => command.requiredOption('--group <id>', 'the group'),
    fields: ({ group = '', trait }: EventOptions) => ({ groupId: group, traits: trait }),
    data: 'trait',
  },
  alias: {
    summary: 'two ids that are one person',
    options: (command: Command) => command.requiredOption('--previous <id>', 'the id used until now'),
    fields: ({ previous = '' }: EventOptions) => ({ previousId: previous }),
    data: undefined,
  },
} as const;

export function addSend(program: Command, context: Context): void {
  const send = program.command('send').description('send events: one from options, or many from a file');
  for (const type of Object.keys(kinds) as (keyof typeof kinds)[]) addKind(send, context, type);
  send
    .command('file <events>')
    .description('events as NDJSON, one a line; "-" is standard input')
    .option('--concurrency <n>', 'batches on the way at once; 1 keeps the order', readCount, 4)
    .option('--batch-size <n>', 'most events in a batch, up to 500', readCount, 500)
    .option('--bulk', 'on the lane that lets live events pass: for history')
    .action(async (file: string, options: { concurrency: number; batchSize: number; bulk?: true }) => {
      await sendFile(context, file, options);
    });
}

function addKind(send: Command, context: Context, type: keyof typeof kinds): void {
  const { summary, options, data, fields } = kinds[type];
  const command = send
    .command(type)
    .description(summary)
    .option('--user <id>', 'user id')
    .option('--anonymous <id>', 'anonymous id');
  options(command);
  if (data)
    command.option(`--${data} <name=value>`, `a ${data}; repeatable; the value is JSON where it parses`, addPair);
  command
    .option('--timestamp <instant>', 'when it happened, RFC 3339; now unless set')
    .option('--message-id <id>', 'sent twice under one id, it counts once')
    .option('--context <json>', 'context as a JSON object', readJsonText)
    .action(async (given: EventOptions) => sendOne(context, type, given, fields(given)));
}

async function sendOne(context: Context, type: keyof typeof kinds, given: EventOptions, fields: object): Promise<void> {
  if (given.user === undefined && given.anonymous === undefined) {
    throw usageError('Say whose event it is: --user <id>, --anonymous <id> or both.');
  }
  const { user, anonymous, timestamp, messageId, context: about } = given;
  // Options that were not given are undefined, which JSON leaves out.
  const all = { type, userId: user, anonymousId: anonymous, timestamp, messageId, context: about, ...fields };
  const event = JSON.parse(JSON.stringify(all)) as EventInput;
  const answer = await context.client().events.batch([event]);
  context.show(answer, () => `${sentence(answer)}\n`);
  if (answer.rejected.length > 0) throw new CommandError('The event was refused; correct it and send it again.');
}

function sentence({ accepted, duplicates, rejected }: EventsAnswer): string {
  const [refusal] = rejected;
  if (refusal) return `Refused (${refusal.code})${refusal.path ? ` at ${refusal.path}` : ''}: ${refusal.message}`;
  return accepted === duplicates && duplicates > 0 ? 'Known already: counted once.' : 'Accepted.';
}
