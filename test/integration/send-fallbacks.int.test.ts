import { inTransaction } from '../../src/store/open-store';
import type { JsonObject } from '../../src/domain/json';
import type { SuppressionScope } from '../../src/domain/consent/suppression';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(async () => {
  await harness.begin();
  harness.destination.of = { mails: { channel: 'email' }, texts: { channel: 'sms' }, post: { channel: 'post' } };
});
afterAll(() => harness.close());

const steps = {
  tell: {
    type: 'send',
    destination: 'mails',
    fallback: [{ destination: 'texts' }, { destination: 'post' }],
    onFailure: { step: 'call' },
    next: 'told',
  },
  told: { type: 'exit', reason: 'told' },
  call: { type: 'exit', reason: 'to be called' },
};

async function run(key: string, of: JsonObject = {}): Promise<{ reason: string; sends: string[] }> {
  await harness.publish(journey(key, steps, of));
  await harness.happen('Cart Started');
  const [ended] = await harness.ended(key);
  const rows = await harness.store.deliveries.page(harness.ws, { journey: key }, 100);
  const sends = rows
    .sort((one, other) => (one.fallback ?? 0) - (other.fallback ?? 0))
    .map(
      ({ destination, status, idempotencyKey }) =>
        `${destination} ${status} ${idempotencyKey.split(':').slice(1).join(':')}`,
    );
  return { reason: ended?.reason ?? '', sends };
}

async function suppress(scope: SuppressionScope): Promise<void> {
  const entry = { identifier: { type: 'user_id', value: 'u1' }, scope, reason: 'manual', at: Date.now() } as const;
  await inTransaction(harness.store.connection, (session) =>
    harness.store.suppressions.save(harness.ws, [{ ...entry, source: 'test' }], session),
  );
}

const refused = { kind: 'invalid', code: 'http-400' } as const;

describe('a send with fallbacks', () => {
  it('sends nothing more once the first has arrived', async () => {
    expect(await run('at-once')).toEqual({ reason: 'told', sends: ['mails delivered tell:1'] });
  });

  it('goes on to the next when one refuses it for good, each a delivery with a key of its own', async () => {
    harness.destination.answers.push(refused, refused);
    expect(await run('third')).toEqual({
      reason: 'told',
      sends: ['mails rejected tell:1', 'texts rejected tell:1:1', 'post delivered tell:1:2'],
    });
    expect(harness.destination.got.map(({ definition }) => definition.destination)).toEqual(['mails', 'texts', 'post']);
  });

  it('goes to the step for failures when nothing has reached the person', async () => {
    harness.destination.answers.push(refused, refused, refused);
    expect((await run('none')).reason).toBe('to be called');
  });

  it('goes on when the channel may not be used, and not when the person may not be reached', async () => {
    await suppress('channel:email');
    expect(await run('no-mail')).toEqual({
      reason: 'told',
      sends: ['mails withheld tell:1', 'texts delivered tell:1:1'],
    });
    await suppress('everything');
    expect(await run('nothing')).toEqual({ reason: 'to be called', sends: ['mails withheld tell:1'] });
  });

  it('goes on when the cap of the channel is full', async () => {
    const policy = { caps: [{ channel: 'email', max: 1, per: '7d', then: 'skip' as const }] };
    await inTransaction(harness.store.connection, (session) =>
      harness.store.workspaces.setSending(harness.ws, { policy, version: 1 }, session),
    );
    expect((await run('first')).sends).toEqual(['mails delivered tell:1']);
    expect((await run('second')).sends).toEqual(['mails withheld tell:1', 'texts delivered tell:1:1']);
  });

  it('never does after one that may have arrived', async () => {
    harness.destination.state = { state: 'ready', hasDedup: false };
    harness.destination.answers.push({ kind: 'unclear', code: 'timeout' });
    expect(await run('perhaps')).toEqual({ reason: 'told', sends: ['mails unknown tell:1'] });
  });
});
