import type { Command } from 'commander';
import type { Client } from '../client/client';
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
    .description('each change of a delivery, looked up once a second, until Ctrl-C; with --json one object a line')
    .action(async () => tail(context));
}

async function tail(context: Context): Promise<never> {
  const client = context.client();
  context.note(`Watching the deliveries of ${client.url}; Ctrl-C ends.`);
  return watchDeliveries(context, client);
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
