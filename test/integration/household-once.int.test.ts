import { isDrawn } from '../../src/domain/audiences/holdout';
import type { JsonObject } from '../../src/domain/json';
import { subjectOf } from '../../src/domain/ids';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const once: JsonObject = { type: 'send', destination: 'crm', once: 'household' };
const ways = { mail: { ...once, onFailure: { step: 'other' }, next: 'told' }, told: { type: 'exit', reason: 'told' } };
const steps = { ...ways, other: { type: 'exit', reason: 'other' } };

async function live(household: string, ...people: readonly string[]): Promise<void> {
  for (const user of people)
    await harness.happen('group', { groupId: household }, { user, kind: 'group', context: { groupType: 'household' } });
}
/** All of them at once: their runs race. */
async function start(...people: readonly string[]): Promise<void> {
  for (const user of people) await harness.accept('Cart Started', {}, { user });
  await harness.apply();
}
const reasons = async () => (await harness.ended('offer')).map(({ reason }) => reason).sort();
const withheld = async () =>
  (await harness.store.deliveries.page(harness.ws, { journey: 'offer' }, 10)).flatMap(({ status, reason }) =>
    status === 'withheld' ? [reason] : [],
  );
const refused = { kind: 'invalid', code: 'http-422' } as const;

describe('a send that speaks to a household once', () => {
  it('sends to one of the members whose runs race; the others go on as its failure says', async () => {
    await harness.publish(journey('offer', steps));
    await live('h1', 'ann', 'bob', 'cid');
    await start('ann', 'bob', 'cid', 'alone', 'apart');
    expect(await reasons()).toEqual(['other', 'other', 'told', 'told', 'told']);
    expect(harness.destination.got).toHaveLength(3);
    expect(await withheld()).toEqual(['household-once', 'household-once']);
  });

  it('gives the place to another member when the message was surely refused', async () => {
    await harness.publish(journey('offer', steps));
    await live('h1', 'ann', 'bob');
    harness.destination.answers.push(refused);
    await start('ann');
    await harness.ended('offer');
    await start('bob');
    expect(await reasons()).toEqual(['other', 'told']);
  });

  it('keeps the place of a message that may have arrived', async () => {
    harness.destination.state = { state: 'ready', hasDedup: false };
    await harness.publish(journey('offer', steps));
    await live('h1', 'ann', 'bob');
    harness.destination.answers.push({ kind: 'unclear', code: 'timeout' });
    await start('ann');
    await harness.ended('offer');
    await start('bob');
    await harness.ended('offer');
    expect(await withheld()).toEqual(['household-once']);
  });

  it('is one message whatever the key where it says for how long, and one for each key where it does not', async () => {
    const entry = { on: { event: 'Cart Started' }, key: 'properties.cart' };
    const within = { ...once, once: { per: 'household', within: '7d' } };
    await harness.publish(journey('offer', { mail: { ...once, next: 'again' }, again: within }, { entry }));
    await live('h1', 'ann', 'bob');
    for (const [user, cart] of [
      ['ann', 'c1'],
      ['bob', 'c2'],
    ] as const) {
      await harness.happen('Cart Started', { cart }, { user });
      await harness.ended('offer');
    }
    expect(harness.destination.got.map(({ step }) => step)).toEqual(['mail', 'again', 'mail']);
  });

  it('takes no place for whom chance holds out', async () => {
    await harness.publish(journey('offer', steps, { holdout: { percent: 50 } }));
    const people = Array.from({ length: 12 }, (_, n) => `p${n}`);
    await live('h1', ...people);
    const isHeld = await Promise.all(
      people.map(async (user) => {
        const owner = await harness.store.identifiers.ownerOf(harness.ws, { type: 'user_id', value: user });
        return isDrawn('journey:offer', 50, owner!);
      }),
    );
    const held = people[isHeld.indexOf(true)]!;
    const treated = people[isHeld.indexOf(false)]!;
    for (const user of [held, treated]) {
      await start(user);
      await harness.ended('offer');
    }
    expect(await withheld()).toEqual(['holdout']);
    expect(harness.destination.got).toHaveLength(1);
  });

  it('forgets who spoke for a household when that person is erased', async () => {
    await harness.publish(journey('offer', steps));
    await live('h1', 'ann');
    await start('ann');
    const [run] = await harness.ended('offer');
    const subjects = [subjectOf(harness.ws, run!.profile)];
    expect(await harness.store.householdSends.countOf(subjects)).toBe(1);
    await harness.store.householdSends.removeOf(subjects);
    expect(await harness.store.householdSends.countOf(subjects)).toBe(0);
  });
});
