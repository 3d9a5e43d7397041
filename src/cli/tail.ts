import type { Command } from 'commander';
import type { Client } from '../client/client';
import { HeddleError } from '../client/errors';
import type { Delivery } from '../client/types';
import { deliveryRow } from './activation';
import type { Context } from './context';
import { plain } from './table';

const pollMs = 1_000;
const pageSize = 100;
/** Far more than can change between two looks. */
const remembered = 10_000;

export function addTail(program: Command, context: Context): void {
  program
    .command('tail')
    .description('what happens, as it happens, until Ctrl-C; with --json one object a line')
    .action(async () => tail(context));
}

async function tail(context: Context): Promise<void> {
  const client = context.client();
  context.note(`Watching ${client.url}; Ctrl-C ends.`);
  try {
    await follow(context, client);
  } catch (error) {
    if (!(error instanceof HeddleError) || error.status !== 404) throw error;
    context.note('This server has no live stream; showing deliveries, looked up once a second.');
    await watchDeliveries(context, client);
  }
}

async function follow(context: Context, client: Client): Promise<void> {
  const onLost = () => context.note('The connection was lost; trying again …');
  for await (const { event, data } of client.stream({ onLost })) {
    context.show({ event, data: readData(data) }, () => `${plain(`${event}  ${data}`)}\n`);
  }
}

function readData(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return data; // text is an event's data as good as any
  }
}

/** Prints each delivery when it is first seen and whenever its state changes, oldest first. */
async function watchDeliveries(context: Context, client: Client): Promise<never> {
  const seen = new Map<string, string>();
  for (let isFirst = true; ; isFirst = false) {
    const { data } = await client.deliveries.list({ limit: pageSize });
    for (const delivery of [...data].reverse()) {
      const state = `${delivery.status} ${delivery.attempts.length}`;
      if (!isFirst && seen.get(delivery.id) !== state) show(context, delivery);
      seen.set(delivery.id, state);
    }
    for (const id of [...seen.keys()].slice(0, Math.max(seen.size - remembered, 0))) seen.delete(id);
    await context.io.wait(pollMs);
  }
}

function show(context: Context, delivery: Delivery): void {
  context.show({ event: 'delivery', data: delivery }, () => `${plain(deliveryRow(delivery).join('  '))}\n`);
}
