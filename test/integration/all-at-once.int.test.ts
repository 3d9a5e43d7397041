import { setTimeout as delay } from 'node:timers/promises';
import request from 'supertest';
import { applyEventBatch, applyTime } from '../../src/activities/apply/apply';
import { isTransient } from '../../src/activities/apply/conflict';
import { RulesetCache } from '../../src/folding/ruleset-cache';
import { slotCount } from '../../src/domain/profiles/slot';
import type { Profile } from '../../src/domain/profiles/profile';
import { sendBatch, useTestApi, useWorkspace } from '../../src/testing/test-api';

jest.setTimeout(180_000);

const seed = 20_261_123;
const batches = 40;
const eventsPerBatch = 10;
const windowMs = 2_000;

const api = useTestApi();
const workspace = useWorkspace(api);

/** A linear congruential generator: the same people do the same in every run; only who is first differs. */
function chance(from: number): (below: number) => number {
  let state = from;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const admin = (verb: 'put' | 'post', path: string, body: object) =>
  request(api.app)[verb](path).auth(workspace.apiKey, { type: 'bearer' }).send(body).expect(200);
const putBusy = (value: number) =>
  admin('put', '/v1/audiences/busy', {
    name: 'Busy',
    rule: { event: 'Viewed', count: { is: 'at_least', value }, within: `${windowMs / 1_000}s` },
  });

/** Nine users with forty browsers and fifteen addresses between them, so that most events tie somebody to somebody. */
function events(pick: (below: number) => number, batch: number): object[] {
  return Array.from({ length: eventsPerBatch }, (_, index) => {
    const who = { ...(pick(2) === 0 && { userId: `u${pick(9)}` }), anonymousId: `a${pick(40)}` };
    const messageId = `m${batch}-${index}`;
    if (pick(2) === 0) return { type: 'track', event: 'Viewed', ...who, messageId };
    const tier = pick(3) === 0 && { tier: ['gold', 'tin'][pick(2)] };
    const email = pick(3) === 0 && { email: `e${pick(15)}@x.example` };
    return { type: 'identify', ...who, traits: { ...tier, ...email }, messageId };
  });
}

/** Runs until told to stop and nothing is left; a conflict is the business of every writer, anything else of nobody. */
async function writer(goesOn: () => boolean, work: (applying: Applying) => Promise<boolean>): Promise<void> {
  const applying: Applying = { store: api.store, clock: Date.now, rulesets: new RulesetCache(api.store) };
  for (;;) {
    const isLast = !goesOn();
    const hadWork = await work(applying).catch((error: unknown) => {
      if (!isTransient(error)) throw error;
      return true;
    });
    if (isLast && !hadWork) return;
    await delay(hadWork ? 0 : 10);
  }
}
type Applying = Parameters<typeof applyEventBatch>[0];

const intake = (size: number) => async (applying: Applying) => {
  const batch = await api.store.events.claim(workspace.ws, 0, size, 4 * 1024 * 1024);
  if (batch.length > 0) await applyEventBatch(applying, workspace.ws, batch);
  return batch.length > 0;
};

async function clockAndBackfill(applying: Applying): Promise<boolean> {
  const { preparedProfiles, profiles, workspaces } = api.store;
  const due = await profiles.due(Date.now(), 50, { from: 0, to: slotCount });
  const ids = due.filter(({ ws }) => ws === workspace.ws).map(({ id }) => id);
  if (ids.length > 0) await applyTime(applying, workspace.ws, ids, 'pending');
  const behind = await preparedProfiles.left(workspace.ws, await workspaces.rulesetState(workspace.ws), 20);
  if (behind.length > 0) await applyTime(applying, workspace.ws, behind);
  return behind.length > 0;
}

const documents = (collection: string) =>
  api.store.connection.db.collection(collection).find({ ws: workspace.ws }).toArray();

describe('two intakes, a clock, back-fills and new definitions at once, over people who turn out to be one again and again', () => {
  let profiles: Profile[];

  beforeAll(async () => {
    const pick = chance(seed);
    await admin('put', '/v1/audiences/gold', { name: 'Gold', rule: { trait: 'tier', is: 'equals', value: 'gold' } });
    await putBusy(3);
    const both = { all: [{ audience: 'gold' }, { audience: 'busy' }] };
    await admin('put', '/v1/audiences/both', { name: 'Both', rule: both });
    let isSending = true;
    const writers = [intake(17), intake(30), clockAndBackfill].map((work) => writer(() => isSending, work));
    for (let batch = 0; batch < batches; batch += 1) {
      await sendBatch(api.app, pick(3) === 0 ? workspace.publicKey : workspace.secretKey, events(pick, batch)).expect(
        200,
      );
      if (batch % 10 === 9) await putBusy(2 + pick(3));
    }
    isSending = false;
    await Promise.all(writers);
    await api.catchUp(workspace.ws);
    const rows = await documents('profiles');
    profiles = await api.store.profiles.byIds(
      workspace.ws,
      rows.map(({ id }) => id as Profile['id']),
    );
  });

  it('applies every event once, and numbers what happens to a person without a gap or a repeat', async () => {
    const applied = await documents('events');
    expect(applied).toHaveLength(batches * eventsPerBatch);
    expect(applied.filter(({ state }) => state !== 'applied')).toEqual([]);
    expect(new Set(applied.map(({ profile, seq }) => `${profile} ${seq}`)).size).toBe(applied.length);
    expect(profiles.some(({ mergedInto }) => mergedInto !== undefined)).toBe(true);
  });

  it('leaves each identifier with one living person, who knows it', async () => {
    const living = profiles.filter(({ mergedInto }) => mergedInto === undefined);
    const known = living.flatMap(({ id, identifiers }) =>
      identifiers.map((identifier) => [api.store.identifiers.key(workspace.ws, identifier), id] as const),
    );
    const owners = await documents('identifiers');
    expect(owners.map(({ _id, profile }) => `${String(_id)} ${profile}`).sort()).toEqual(
      known.map((pair) => pair.join(' ')).sort(),
    );
  });

  it('has an open stay for each membership, and no other', async () => {
    const stays = await documents('memberships');
    const open = stays.filter(({ exitedAt }) => exitedAt === undefined);
    const held = profiles.flatMap(({ id, memberships }) => Object.keys(memberships).map((key) => `${id} ${key}`));
    expect(open.map(({ profile, audience }) => `${profile} ${audience}`).sort()).toEqual(held.sort());
    expect(stays.filter(({ memberOf, exitedAt }) => (memberOf === undefined) !== (exitedAt !== undefined))).toEqual([]);
  });

  it('has the members that the plain definition finds in the stored events, once the clock has looked', async () => {
    const applying: Applying = { store: api.store, clock: Date.now, rulesets: new RulesetCache(api.store) };
    const sizes = async () => {
      await clockAndBackfill(applying);
      return Promise.all(['gold', 'busy', 'both'].map((key) => api.store.memberships.size(workspace.ws, key)));
    };
    // After the last view has left the window, nothing moves any more.
    for (let found = await sizes(); found[1] !== 0; found = await sizes()) await delay(50);
    for (const key of ['gold', 'busy', 'both']) {
      const { body } = await admin('post', `/v1/audiences/${key}/preview`, {});
      expect([key, body.count]).toEqual([key, await api.store.memberships.size(workspace.ws, key)]);
    }
    expect(await api.store.memberships.size(workspace.ws, 'gold')).toBeGreaterThan(0);
  });
});
