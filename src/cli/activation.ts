import type { Command } from 'commander';
import type { Delivery, DeliveryQuery, Destination, DestinationDefinition } from '../client/types';
import { CommandError } from './command-error';
import { addConnections, summaryOf } from './connections';
import { addCode } from './as-code/code-command';
import type { Cell, Context } from './context';
import { listOption, showList, type ListOptions } from './lists';

export function addDestinations(program: Command, context: Context): void {
  const destinations = addConnections<Destination, DestinationDefinition>(program, context, {
    noun: 'destination',
    description: 'connected tools',
    api: () => context.client().destinations,
    stateOf,
  });
  destinations
    .command('test <key>')
    .description('send a harmless request, to see whether settings and secrets work')
    .action(async (key: string) => {
      const test = await context.client().destinations.test(key);
      context.show(test, () => `${key}  ${test.code}  ${test.detail}\n`);
      if (!test.ok) throw new CommandError(`${key} does not work as it is set up.`);
    });
  addCode(destinations, context, 'destinations');
  for (const verb of verbs) addVerb(destinations, context, verb);
}

const verbs = [
  ['pause', 'let what would be sent wait; no attempt is used up'],
  ['resume', 'send what has waited'],
] as const;

function addVerb(destinations: Command, context: Context, [verb, does]: (typeof verbs)[number]): void {
  destinations
    .command(`${verb} <key>`)
    .description(does)
    .action(async (key: string) => {
      const one = await context.client().destinations[verb](key);
      context.show(one, () => summaryOf(one, stateOf(one)));
    });
}

const stateOf = ({ paused, enabled }: Destination): string =>
  paused ? `paused: ${paused.reason}` : enabled ? 'on' : 'off';

export function addDeliveries(program: Command, context: Context): void {
  const list = program.command('deliveries').description('what was sent').command('list');
  listOption(list.description('newest first'))
    .option('--destination <key>')
    .option('--journey <key>')
    .option('--audience <key>')
    .option('--profile <ref>', 'prf_… or type:value')
    .option('--status <status>', 'such as delivered, rejected, held or dead')
    .action(async ({ limit, all, ...filter }: ListOptions & DeliveryQuery) => {
      const { deliveries } = context.client();
      await showList(context, { limit, ...(all && { all }) }, deliveries.each(filter), deliveryHeaders, deliveryRow);
    });
}

const deliveryHeaders = ['created', 'destination', 'status', 'why', 'cause', 'profile', 'attempts'];

export const deliveryRow = (delivery: Delivery): readonly Cell[] => [
  delivery.createdAt,
  delivery.destination,
  delivery.status,
  delivery.reason,
  causeOf(delivery),
  delivery.profileId,
  delivery.attempts.length,
];

const causeOf = ({ journey, step, audience, operation }: Delivery): string =>
  journey === undefined ? `${operation ?? ''} ${audience ?? ''}`.trim() : `${journey}/${step ?? ''}`;
