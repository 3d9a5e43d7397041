import { randomBytes } from 'node:crypto';
import request from 'supertest';
import { profileId } from '../../../domain/ids';
import { subjectsOf } from '../../../domain/privacy/erase-profile';
import { inTransaction } from '../../../store/open-store';
import { openTestApi, type TestApi, type TestWorkspace } from '../../../testing/test-api';
import { outcomesOf, syncMembers } from './clear-destinations';
import type { Erased } from './place';

const hour = 3_600_000;
const erasedAt = Date.UTC(2026, 4, 1);
const pair = { audience: 'vip', destination: 'crm' };
let api: TestApi;
let mine: TestWorkspace;
let about: Erased;
beforeAll(async () => {
  api = await openTestApi();
  mine = await api.createWorkspace();
  const profile = profileId(`prf_${randomBytes(16).toString('hex')}`);
  const subjects = subjectsOf(mine.ws, [profile]);
  about = { ws: mine.ws, profiles: [profile], subjects, pairs: [pair], erasedAt, keys: new Set(), values: new Set() };
  const settings = { url: 'https://crm.example.com/hook' };
  const secrets = { signingSecret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
  await as('put').send({ type: 'webhook', name: 'CRM', settings, secrets }).expect(200);
  for (const [version, isIn] of [
    [1, true],
    [2, false],
  ] as const) {
    const wish = { ...pair, profile, version, identifiers: {}, causedAt: erasedAt, ruleset: 1, isIn };
    await inTransaction(api.store.connection, (session) => api.store.syncMembers.setDesired(mine.ws, [wish], session));
  }
});
afterAll(() => api.close());

const as = (method: 'put' | 'delete') =>
  request(api.app)[method]('/v1/destinations/crm').auth(mine.apiKey, { type: 'bearer' });
const look = (after: number) => {
  const { signal } = new AbortController();
  return syncMembers.clear(
    { store: api.store, clock: () => erasedAt + after, waitMs: 24 * hour, signal },
    about,
    undefined,
  );
};

describe('an erasure, while a destination does not confirm', () => {
  it('waits as long as it is to, and then says that the destination is still asked', async () => {
    expect(await look(23 * hour)).toEqual({ removed: 0, next: true });
    expect(await look(25 * hour)).toEqual({ removed: 1 });
    expect(await outcomesOf(api.store, about)).toEqual([{ ...pair, outcome: 'pending' }]);
  });

  it('waits for no destination that is gone, and says that it must be asked by hand', async () => {
    await as('delete').expect(204);
    expect(await look(1_000)).toEqual({ removed: 1 });
    expect(await outcomesOf(api.store, about)).toEqual([{ ...pair, outcome: 'not-possible' }]);
  });
});
