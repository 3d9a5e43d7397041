import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { applyEventBatch } from '../../src/activities/apply/apply';
import { isTransient } from '../../src/activities/apply/conflict';
import { RulesetCache } from '../../src/folding/ruleset-cache';
import { profileId, subjectOf } from '../../src/domain/ids';
import type { JsonObject } from '../../src/domain/json';
import { findExample } from '../../src/testing/examples';
import type { Profile } from '../../src/domain/profiles/profile';
import { erasePerson } from '../../src/store/erase-person';
import { inTransaction } from '../../src/store/open-store';
import { journey, JourneyHarness } from './journey-harness';

let harness: JourneyHarness;
beforeAll(async () => {
  harness = await JourneyHarness.open();
});
beforeEach(() => harness.begin());
afterAll(() => harness.close());

const nameOf = ({ identifiers }: Profile): string | undefined =>
  identifiers.find(({ type }) => type === 'user_id')?.value;
const sentTo = () => harness.destination.got.map(({ profile }) => nameOf(profile));

/** Says that people are of one household, in this order. */
async function live(household: string, ...people: readonly string[]): Promise<void> {
  for (const user of people) {
    const context = { groupType: 'household' };
    await harness.happen('group', { groupId: household }, { user, kind: 'group', context });
  }
}
async function know(user: string, traits: JsonObject): Promise<void> {
  const email = traits['email'];
  const identifiers = [
    { type: 'user_id', value: user },
    ...(typeof email === 'string' ? [{ type: 'email', value: email }] : []),
  ];
  await harness.happen('identify', {}, { user, kind: 'identify', traits, identifiers });
}

const perHousehold = (of: JsonObject = {}): JsonObject => ({
  entry: { on: { event: 'Order Completed' }, per: 'household', recipient: 'first-reachable', ...of },
});
const hasEmail = ({ identifiers }: Profile): boolean => identifiers.some(({ type }) => type === 'email');
const wait = { rest: { type: 'wait', for: '2d', next: 'mail' } };
const mail = { type: 'send', destination: 'crm' };

describe('a run of a household', () => {
  it('speaks to the first member who can be reached, from its first send on', async () => {
    harness.destination.reaches = hasEmail;
    await harness.publish(
      journey(
        'offer',
        {
          mail: { ...mail, next: 'listen' },
          listen: {
            type: 'wait-for',
            timeout: '2d',
            first: [{ on: { event: 'Email Clicked' }, next: 'thanks' }],
            onTimeout: 'bye',
          },
          thanks: { ...mail, next: 'bye' },
          bye: { type: 'exit', reason: 'told' },
        },
        perHousehold(),
      ),
    );
    await know('cid', { email: 'cid@x.example' });
    await know('bob', { email: 'bob@x.example' });
    await live('h1', 'ann', 'bob', 'cid');
    await harness.happen('Order Completed', {}, { user: 'cid' });
    const waiting = await harness.waitingAt('offer', 'listen');
    expect(sentTo()).toEqual(['bob']);
    expect(waiting.household).toMatchObject({ key: 'h1', hasRecipient: true });
    await harness.happen('Email Clicked', {}, { user: 'cid' });
    await know('ann', { email: 'ann@x.example' });
    await harness.happen('Email Clicked', {}, { user: 'bob' });
    await harness.ended('offer');
    expect(sentTo()).toEqual(['bob', 'bob']);
  });

  it('speaks to who its recipient has turned out to be, also where that was in the moment of choosing', async () => {
    let isMerged = false;
    harness.destination.reaches = (profile) => {
      if (!hasEmail(profile) || isMerged) return hasEmail(profile);
      isMerged = true;
      const identifiers = ['dora', 'ann'].map((value) => ({ type: 'user_id', value }));
      const merging = harness.happen('alias', {}, { kind: 'alias', identifiers, isMerge: true });
      return merging.then(() => true) as unknown as boolean;
    };
    const steps = { mail: { ...mail, next: 'rest' }, rest: { type: 'wait', for: '2d', next: 'mail' } };
    const exits = [{ on: { event: 'Order Cancelled' }, reason: 'cancelled' }];
    await harness.publish(journey('offer', steps, { ...perHousehold(), exits }));
    await know('dora', { tier: 'gold' });
    await know('ann', { email: 'ann@x.example' });
    await live('h1', 'ann', 'bob');
    await harness.happen('Order Completed', {}, { user: 'bob' });
    const { profile } = await harness.waitingAt('offer', 'rest');
    const { store, ws } = harness;
    expect(profile).toBe(await store.identifiers.ownerOf(ws, { type: 'user_id', value: 'dora' }));
    await harness.happen('Order Cancelled', {}, { user: 'dora' });
    expect((await harness.ended('offer'))[0]).toMatchObject({ status: 'exited', reason: 'cancelled' });
  });

  it('stays with who began it where nobody can be reached, and where the journey says so', async () => {
    harness.destination.reaches = () => false;
    await harness.publish(journey('offer', { mail }, perHousehold()));
    await harness.publish(journey('thanks', { mail }, perHousehold({ recipient: 'actor' })));
    await live('h1', 'ann', 'bob');
    await harness.happen('Order Completed', {}, { user: 'bob' });
    await Promise.all(['offer', 'thanks'].map((key) => harness.ended(key)));
    expect(sentTo()).toEqual(['bob', 'bob']);
  });

  it('is left by what another member does while it waits, and nothing is sent', async () => {
    const exits = [{ on: { event: 'Order Cancelled' }, reason: 'cancelled' }];
    await harness.publish(journey('offer', { ...wait, mail }, { ...perHousehold(), exits }));
    await live('h1', 'ann', 'bob');
    await harness.happen('Order Completed', {}, { user: 'bob' });
    await harness.waitingAt('offer', 'rest');
    await harness.happen('Order Cancelled', {}, { user: 'ann' });
    expect((await harness.ended('offer'))[0]).toMatchObject({ status: 'exited', reason: 'cancelled' });
    expect(sentTo()).toEqual([]);
  });

  it('is one, though two members begin it in two transactions at a time', async () => {
    await harness.publish(journey('offer', { ...wait, mail }, perHousehold()));
    await live('h1', 'ann', 'bob');
    const { store, ws } = harness;
    await harness.accept('Order Completed', {}, { user: 'ann' });
    const anns = await store.events.claim(ws, 0, 10, 1_000_000);
    await harness.accept('Order Completed', {}, { user: 'bob' });
    const bobs = (await store.events.claim(ws, 0, 10, 1_000_000)).filter(
      ({ messageId }) => messageId !== anns[0]?.messageId,
    );
    const deps = () => ({ store, clock: Date.now, rulesets: new RulesetCache(store) });
    const slow = deps();
    const current = slow.rulesets.current.bind(slow.rulesets);
    jest.spyOn(slow.rulesets, 'current').mockImplementationOnce(async (of) => {
      // Ann has been read by now, and Bob comes in between.
      await applyEventBatch(deps(), ws, bobs);
      return current(of);
    });
    const refused: unknown = await applyEventBatch(slow, ws, anns).catch((error: unknown) => error);
    expect(isTransient(refused)).toBe(true);
    const { ignored } = await applyEventBatch(deps(), ws, anns);
    expect(ignored).toEqual(['already-inside']);
    expect(await harness.runs('offer')).toHaveLength(1);
  });

  it('is the household’s also when nobody was in it for a while: whoever is now begins no other, and blocks nobody', async () => {
    await harness.publish(journey('offer', { ...wait, mail }, perHousehold()));
    await live('h1', 'ann');
    await harness.happen('Order Completed', {}, { user: 'ann' });
    const context = { groupType: 'household', groupLeft: true };
    await harness.happen('group', { groupId: 'h1' }, { user: 'ann', kind: 'group', context });
    await live('h1', 'bob');
    const { store, ws } = harness;
    await harness.accept('Order Completed', {}, { user: 'bob' });
    const claimed = await store.events.claim(ws, 0, 10, 1_000_000);
    const deps = { store, clock: Date.now, rulesets: new RulesetCache(store) };
    const { ignored } = await applyEventBatch(deps, ws, claimed);
    expect(ignored).toEqual(['already-inside']);
    expect(await harness.runs('offer')).toHaveLength(1);
  });

  it('ends with the erasure of whoever began it, and keeps nothing of them', async () => {
    harness.destination.reaches = hasEmail;
    await harness.publish(
      journey(
        'offer',
        { mail: { ...mail, next: 'rest' }, rest: { type: 'wait', for: '2d', next: 'mail' } },
        perHousehold(),
      ),
    );
    await know('ann', { email: 'ann@x.example' });
    await live('h1', 'ann', 'bob');
    await harness.happen('Order Completed', { note: 'a surprise' }, { user: 'bob' });
    await harness.waitingAt('offer', 'rest');
    expect(sentTo()).toEqual(['ann']);
    const { store, ws } = harness;
    const ref = { identifier: { type: 'user_id', value: 'bob' } };
    await inTransaction(store.connection, (session) => erasePerson(store, ws, ref, Date.now(), session));
    const [run] = await harness.runs('offer');
    expect(run).toMatchObject({ status: 'exited', reason: 'erased', entry: { properties: {} } });
    expect(JSON.stringify(run)).not.toContain('surprise');
  });
});

it('a run that is over says nothing of whoever began it, nor of their household, once they are erased', async () => {
  harness.destination.reaches = hasEmail;
  await harness.publish(journey('thanks', { mail }, perHousehold({ recipient: 'actor' })));
  await harness.publish(journey('offer', { mail }, perHousehold()));
  await know('ann', { email: 'ann@x.example' });
  await live('the Smiths', 'ann', 'bob');
  await harness.happen('Order Completed', {}, { user: 'bob' });
  const { store, ws } = harness;
  await Promise.all(['thanks', 'offer'].map((key) => harness.ended(key)));
  const identifier = { type: 'user_id', value: 'bob' };
  const bob = (await store.identifiers.ownerOf(ws, identifier)) ?? profileId('nobody');
  await inTransaction(store.connection, (session) => erasePerson(store, ws, { identifier }, Date.now(), session));
  expect(await store.personRows.anonymiseRuns(ws, [subjectOf(ws, bob)], 10)).toBe(1);
  const runs = await store.connection.db.collection('enrollments').find({ ws }).toArray();
  expect(runs).toHaveLength(2);
  for (const trace of [bob, 'the Smiths']) expect(JSON.stringify(runs)).not.toContain(trace);
});

interface Row {
  readonly household: string;
  readonly customer_id: string;
  readonly email: string;
}

describe('the households of The Complete Journey', () => {
  const data = join(__dirname, '../../examples/data/complete-journey');
  const households = 4;

  it('get one offer each for what two members buy at the till, sent to the first who has an e-mail', async () => {
    harness.destination.reaches = hasEmail;
    await harness.publish(findExample('journeys', 'household-offer'));
    const rows = parse<Row>(readFileSync(join(data, 'households.csv')), { columns: true }).slice(0, 2 * households);
    for (const { household, customer_id: user, email } of rows) {
      if (email !== '') await know(user, { email });
      await live(household, user);
    }
    const purchases = readFileSync(join(data, 'events.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; userId: string; properties: JsonObject })
      .filter(({ event }) => event === 'Order Completed');
    for (const [index, { customer_id: first }] of rows.entries()) {
      if (index % 2 === 1) continue;
      const bought = purchases.filter(({ userId }) => userId === first).slice(0, 4);
      expect(bought).toHaveLength(4);
      // In the data a household is one customer; here its members take turns.
      for (const [turn, { properties }] of bought.entries())
        await harness.accept('Order Completed', properties, {
          user: rows[index + ((turn + 1) % 2)]?.customer_id ?? '',
        });
    }
    await harness.apply();
    const runs = await harness.ended('household-offer');
    expect(runs).toHaveLength(households);
    const expected = rows.flatMap(({ customer_id, email }, index) =>
      index % 2 === 0 ? [email === '' ? rows[index + 1]?.customer_id : customer_id] : [],
    );
    expect(sentTo().sort()).toEqual(expected.sort());
    expect(new Set(expected).size).toBe(households);
  });
});
