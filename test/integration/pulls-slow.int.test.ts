import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSystem, until, type System } from '../../src/testing/system';
import { hookMs, putSource } from './pulls-harness';

let system: System;
beforeAll(async () => {
  system = await startSystem();
}, hookMs);
afterAll(() => system.stop(), hookMs);

it('sources that answer slowly keep nobody’s erasure waiting', async () => {
  const answers: ServerResponse[] = [];
  const slow = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/csv' });
    answer.write('id,plan\n');
    answers.push(answer);
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  // A byte now and then keeps the connection.
  const drip = setInterval(() => answers.forEach((answer) => answer.write('u')), 500);
  try {
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
    for (let n = 0; n < 8; n += 1) {
      await putSource(system, `slow-${n}`, { type: 'http', settings: { url, format: 'csv' } });
      await system.client.sources.pull(`slow-${n}`);
    }
    await until(async () => answers.length >= 8 || undefined, 'all sources to be asked');
    const { id } = await system.client.profiles.erase('email:ann@example.com');
    const isOver = async () => (await system.client.operations.get(id)).status === 'completed' || undefined;
    await until(isOver, 'the erasure', 20_000);
  } finally {
    clearInterval(drip);
    for (const answer of answers) answer.destroy();
    slow.closeAllConnections();
    slow.close();
  }
});
