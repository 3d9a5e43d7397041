import { inTransaction } from '../../src/store/open-store';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(async () => {
  await harness.begin();
  harness.destination.of = { mails: { channel: 'email' }, texts: { channel: 'sms' } };
});
afterAll(() => harness.close());

const tell = {
  tell: { type: 'send', destination: 'mails', fallback: [{ destination: 'texts' }], next: 'told' },
  told: { type: 'exit', reason: 'told' },
};
const perhaps = { kind: 'unclear', code: 'timeout' } as const;

async function suppressMail(): Promise<void> {
  const entry = { identifier: { type: 'user_id', value: 'u1' }, scope: 'channel:email', reason: 'manual' } as const;
  await inTransaction(harness.store.connection, (session) =>
    harness.store.suppressions.save(harness.ws, [{ ...entry, at: Date.now(), source: 'test' }], session),
  );
}

async function sendsOf(key: string): Promise<string[]> {
  await harness.publish(journey(key, tell));
  await harness.happen('Cart Started');
  await harness.ended(key);
  const rows = await harness.store.deliveries.page(harness.ws, { journey: key }, 100);
  return rows.map(({ destination, status }) => `${destination} ${status}`);
}

describe('a send of which an earlier attempt may have arrived', () => {
  it('does not fall back when its channel is suppressed before the next', async () => {
    harness.destination.answers.push(async () => {
      await suppressMail();
      return perhaps;
    });
    expect(await sendsOf('suppressed')).toEqual(['mails unknown']);
  });

  it('is not forgotten for an attempt in between that has surely not arrived', async () => {
    harness.destination.answers.push(perhaps, async () => {
      await suppressMail();
      return { kind: 'transient', code: 'http-503' };
    });
    expect(await sendsOf('between')).toEqual(['mails unknown']);
  });

  it('does not fall back when the destination refuses the next', async () => {
    harness.destination.answers.push(perhaps, { kind: 'invalid', code: 'http-400' });
    expect(await sendsOf('refused')).toEqual(['mails unknown']);
  });
});

describe('somebody who is held out', () => {
  it.each([true, false])(
    'gets nothing when a worker dies at their ghost send; the destination knows repeats: %s',
    async (hasDedup) => {
      const people = ['u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8'];
      const met = new Set<string>();
      harness.destination.state = { state: 'ready', hasDedup };
      harness.destination.reaches = ({ id, holdouts }) => {
        const isFirst = holdouts?.['journey:ghosts']?.isHeldOut === true && !met.has(id);
        met.add(id);
        if (isFirst) throw new Error('The worker died.');
        return true;
      };
      await harness.publish(journey('ghosts', tell, { holdout: { percent: 50 } }));
      for (const user of people) await harness.happen('Cart Started', {}, { user });
      await harness.until(
        'ghosts',
        (runs) => runs.length === 8 && runs.every((run) => run.endedAt !== undefined),
        'all ended',
      );
      const held = (await harness.runs('ghosts')).filter(({ exposed }) => exposed?.arm === 'holdout');
      expect(held.length).toBeGreaterThan(0);
      const sentTo = harness.destination.got.map(({ profile }) => profile.holdouts?.['journey:ghosts']?.isHeldOut);
      expect(sentTo).toEqual(sentTo.map(() => false));
      expect(sentTo.length + held.length).toBe(people.length);
    },
  );
});
