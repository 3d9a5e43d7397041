import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSystem, until, type System } from '../../src/testing/system';
import { startRowsTwin } from '../../src/twins/rows-twin';
import { hookMs, putSource } from './pulls-harness';

type Workspace = Pick<System, 'client'>;

let system: System;
let slow: Server;
let url: string;
const answers: ServerResponse[] = [];
// A byte now and then keeps the connection.
const drip = setInterval(() => answers.forEach((answer) => answer.write('u')), 500);

beforeAll(async () => {
  system = await startSystem();
  slow = createServer((_, answer) => {
    answer.writeHead(200, { 'content-type': 'text/csv' });
    answer.write('id,plan\n');
    answers.push(answer);
  }).listen(0, '127.0.0.1');
  await once(slow, 'listening');
  url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}/`;
}, hookMs);
afterAll(async () => {
  clearInterval(drip);
  for (const answer of answers) answer.destroy();
  slow.closeAllConnections();
  slow.close();
  await system.stop();
}, hookMs);

/** Ten sources that answer slowly, of which a workspace is given places for four, beside as many that are being read already. */
async function pullSlowly(workspace: Workspace): Promise<void> {
  const before = answers.length;
  for (let n = 0; n < 10; n += 1) {
    await putSource(workspace, `slow-${n}`, { type: 'http', settings: { url, format: 'csv' } });
    await workspace.client.sources.pull(`slow-${n}`);
  }
  await until(async () => answers.length >= before + 4 || undefined, 'four sources to be asked');
}

it('sources that answer slowly keep neither the sources of another workspace waiting nor anybody’s erasure', async () => {
  const token = 'token-of-the-tests';
  const other = await system.createWorkspace();
  const brisk = await startRowsTwin({ token });
  brisk.rows.push({ id: 'u1', plan: 'free', updated_at: '2026-05-01T09:00:00Z' });
  await pullSlowly(system);
  const paging = { auth: { by: 'bearer' }, rows: 'data', paging: { by: 'next', path: 'links.next' } };
  await putSource(other, 'brisk', {
    type: 'http',
    settings: { url: `${brisk.url}/next`, ...paging },
    secrets: { token },
  });
  await other.client.sources.pull('brisk');
  const hasEnded = async () => (await other.client.sources.pulled('brisk')).lastRun;
  expect(await until(hasEnded, 'the other workspace’s source', 20_000)).toMatchObject({
    outcome: 'completed',
    rows: 1,
  });
  expect(answers).toHaveLength(4);
  await brisk.close();

  await pullSlowly(other);
  const { id } = await system.client.profiles.erase('email:ann@example.com');
  const isOver = async () => (await system.client.operations.get(id)).status === 'completed' || undefined;
  await until(isOver, 'the erasure', 20_000);
});
