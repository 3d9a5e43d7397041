import { mongoCommand } from '../../../src/testing/fault-proxy';
import { startProcesses, type Processes } from '../../../src/testing/processes';
import { until } from '../../../src/testing/system';
import { recoveryMs, Scene } from './scene';

jest.setTimeout(2 * recoveryMs);
let heddle: Processes;
let scene: Scene;
beforeAll(async () => {
  heddle = await startProcesses({ workers: 1 });
  scene = await Scene.open(heddle);
});
afterAll(async () => {
  await scene.close();
  await heddle.stop();
});

describe('a worker killed in the middle of the steps of an erasure', () => {
  it('is followed by one that goes on, and nothing is left', async () => {
    const { client } = scene.tenant;
    await scene.send(
      Array.from({ length: 50 }, (_, n) => ({
        type: 'track' as const,
        userId: 'user-ann-4711',
        event: 'Ordered',
        messageId: `m${n}`,
      })),
    );
    await heddle.settled();
    const trap = heddle.between.workersAndStore.hold({ says: mongoCommand('delete', 'events'), held: 'after' });
    const { id } = await client.profiles.erase('user_id:user-ann-4711');
    await trap.sprung;
    await heddle.workers[0].kill();
    await heddle.workers[0].start();
    const ended = await until(
      async () => {
        const operation = await client.operations.get(id);
        return operation.status === 'running' ? undefined : operation;
      },
      'the erasure',
      recoveryMs,
    );
    expect(ended).toMatchObject({ status: 'completed', result: { receipt: { removed: { events: 50 } } } });
    const { db } = heddle.store.connection;
    for (const { name } of await db.listCollections().toArray()) {
      const text = JSON.stringify(await db.collection(name).find().toArray());
      expect([name, text.includes('user-ann-4711')]).toEqual([name, false]);
    }
  });
});
