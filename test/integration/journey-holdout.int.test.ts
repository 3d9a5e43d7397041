import { funnelReport } from '../../src/api/impact/reports';
import { inTransaction } from '../../src/store/open-store';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const people = Array.from({ length: 12 }, (_, index) => `u${index}`);

/** Half of whoever enters is held out. */
const halved = {
  holdout: { percent: 50 },
  goals: [{ key: 'purchase', on: { event: 'Order Completed' }, within: '7d' }],
};
const steps = {
  mail: { type: 'send', destination: 'crm', onFailure: 'exit', next: 'done' },
  done: { type: 'exit', reason: 'done' },
};

async function enterAll(key: string, users: readonly string[] = people): Promise<void> {
  await harness.publish(journey(key, steps, halved));
  for (const user of users) await harness.happen('Cart Started', {}, { user });
  await harness.until(
    key,
    (runs) => runs.length === users.length && runs.every((run) => run.endedAt !== undefined && run.dueAt === undefined),
    'everybody has been through it',
  );
}

const ledger = async (key: string) =>
  (await harness.store.deliveries.page(harness.ws, { journey: key }, 100)).map(({ profile, status, reason }) => ({
    profile,
    state: reason === undefined ? status : `${status} ${reason}`,
  }));

describe('a journey with a holdout', () => {
  it('takes both arms the same way, sends one of them, and compares what they did', async () => {
    await enterAll('halved');
    const runs = await harness.runs('halved');
    const sent = runs.filter(({ exposed }) => exposed?.arm === 'treated');
    const held = runs.filter(({ exposed }) => exposed?.arm === 'holdout');
    expect(sent.length + held.length).toBe(people.length);
    expect(held.length).toBeGreaterThan(0);
    expect(sent.length).toBeGreaterThan(0);
    expect(runs.map(({ status, reason }) => `${status} ${reason}`)).toEqual(people.map(() => 'completed done'));
    expect(harness.destination.got).toHaveLength(sent.length);
    const states = await ledger('halved');
    expect(states.filter(({ state }) => state === 'withheld holdout')).toHaveLength(held.length);

    const isSent = new Set(sent.map(({ profile }) => profile));
    for (const user of people) await harness.happen('Order Completed', {}, { user });
    const { holdout } = await funnelReport(harness.store, { ws: harness.ws, key: 'halved', from: 0, now: Date.now() });
    const [goal] = holdout?.goals ?? [];
    expect(goal).toMatchObject({
      goal: 'purchase',
      contaminated: 0,
      arms: [
        { arm: 'holdout', exposed: held.length, converted: held.length, rate: 1 },
        { arm: 'treated', exposed: isSent.size, converted: isSent.size, against: { difference: 0 } },
      ],
    });
    expect(goal?.verdict.kind).toBe('too-few');
  });

  it('counts nobody in either arm whom something else kept: refused consent, or out of reach', async () => {
    harness.destination.reaches = () => false;
    await harness.publish(journey('kept', { ...steps, mail: { ...steps.mail, onFailure: 'continue' } }, halved));
    const consent = { records: { marketing: { status: 'denied' } } };
    for (const user of people.slice(0, 6))
      await harness.happen('identify', {}, { kind: 'identify', user, context: { consent } });
    for (const user of people) await harness.happen('Cart Started', {}, { user });
    const runs = await harness.until(
      'kept',
      (all) => all.length === people.length && all.every((run) => run.endedAt !== undefined && run.dueAt === undefined),
      'everybody has been through it',
    );
    expect(runs.filter(({ exposed }) => exposed)).toEqual([]);
    const states = (await ledger('kept')).map(({ state }) => state);
    expect(states.sort()).toEqual([
      ...Array<string>(6).fill('rejected unreachable'),
      ...Array<string>(6).fill('withheld consent'),
    ]);
    expect(harness.destination.got).toEqual([]);
  });

  it('takes no place under a cap for whom it holds out', async () => {
    const policy = { caps: [{ max: 1, per: '7d', then: 'skip' as const }] };
    await inTransaction(harness.store.connection, (session) =>
      harness.store.workspaces.setSending(harness.ws, { policy, version: 1 }, session),
    );
    await enterAll('capped');
    for (const { exposed, profile } of await harness.runs('capped'))
      expect(await harness.store.sendPlaces.of(harness.ws, [profile])).toHaveLength(exposed?.arm === 'treated' ? 1 : 0);
  });

  it('holds out whom a merge made one with somebody who was, and counts them in no figure', async () => {
    await enterAll('merged');
    const device = (index: number) => ({ type: 'device_id', value: `d${index}` });
    for (const index of people.keys()) await harness.happen('Cart Started', {}, { identifiers: [device(index)] });
    const runs = await harness.until(
      'merged',
      (all) => all.length === 2 * people.length && all.every((run) => run.dueAt === undefined),
      'everybody has been through it',
    );
    const known = await Promise.all(
      runs.map(async ({ exposed, profile }) => {
        const found = await harness.store.profiles.canonical(harness.ws, profile);
        return { arm: exposed?.arm, profile, identifier: found!.identifiers[0]! };
      }),
    );
    const held = known.find(({ arm, identifier }) => arm === 'holdout' && identifier.type === 'user_id');
    const sent = known.find(({ arm, identifier }) => arm === 'treated' && identifier.type === 'device_id');
    const identifiers = [held!.identifier, sent!.identifier].map(({ type, value }) => ({ type, value }));
    await harness.happen('Logged In', {}, { identifiers });
    const profile = await harness.store.profiles.canonical(harness.ws, held!.profile);
    expect(profile?.holdouts).toMatchObject({ 'journey:merged': { isHeldOut: true, isContaminated: true } });
    const { holdout } = await funnelReport(harness.store, { ws: harness.ws, key: 'merged', from: 0, now: Date.now() });
    expect(holdout?.goals[0]).toMatchObject({ contaminated: 1 });
  });
});
