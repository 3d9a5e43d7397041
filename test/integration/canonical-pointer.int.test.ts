import { applyEventBatch } from '../../src/activities/apply/apply';
import { findProfile } from '../../src/api/profiles/find-profile';
import type { Event } from '../../src/domain/events/event';
import type { ProfileId } from '../../src/domain/ids';
import { RulesetCache } from '../../src/folding/ruleset-cache';
import { pendingEventDoc } from '../../src/store/pending-event';
import { openStore, type Store } from '../../src/store/store';
import { anEvent } from '../../src/testing/builders';
import { useTestApi, useWorkspace } from '../../src/testing/test-api';

const links = 100;
/** Some merges are applied one by one, the others many in one transaction. */
const alone = 8;
const together = 46;

const api = useTestApi();
const workspace = useWorkspace(api);
/** The same store, whose reads are counted. */
let counted: Store;
let reads = 0;
const idOf = new Map<string, ProfileId>();
const now = Date.now();

beforeAll(async () => {
  const uri = new URL(process.env['HEDDLE_TEST_MONGODB_URI'] ?? '');
  uri.searchParams.set('monitorCommands', 'true');
  const { db, masterKey } = api.store.connection;
  counted = await openStore({ uri: uri.href, database: db.databaseName, masterKey });
  counted.connection.client.on('commandStarted', ({ commandName }) => {
    if (['find', 'getMore', 'aggregate'].includes(commandName)) reads += 1;
  });
});
afterAll(() => counted.connection.client.close());

async function happen(events: readonly Event[], atOnce: number): Promise<void> {
  const deps = { store: api.store, clock: Date.now, rulesets: new RulesetCache(api.store) };
  for (let from = 0; from < events.length; from += atOnce) {
    const docs = events.slice(from, from + atOnce).map((event, n) => {
      const arrival = { lane: 'live' as const, bytes: 200, n };
      return pendingEventDoc(api.store.identifiers, workspace.ws, event, arrival);
    });
    await api.store.events.insertPending(docs);
    await applyEventBatch(deps, workspace.ws, docs);
  }
}

const userOf = (link: number): string => `u${link}`;
const naming = (...users: string[]) => users.map((value) => ({ type: 'user_id', value }));

/** What an answer took of reads, and who it is. */
async function readsOf<Answer>(ask: () => Promise<Answer>): Promise<readonly [Answer, number]> {
  reads = 0;
  const answer = await ask();
  return [answer, reads];
}

/** Every id of these leads to one person by two reads at most, and so do all of them at once; an identifier by one more, of how the workspace writes it. */
async function expectToFind(user: string, of: readonly string[]): Promise<void> {
  const { ws } = workspace;
  const id = idOf.get(user);
  const ids = of.map((one) => idOf.get(one) as ProfileId);
  const found: (readonly [ProfileId | undefined, boolean])[] = [];
  for (const [index, old] of ids.entries()) {
    const [byId, took] = await readsOf(() => counted.profiles.canonical(ws, old));
    const [byName, tookByName] = await readsOf(() => findProfile(counted, ws, `user_id:${of[index]}`));
    found.push([byId?.id, took <= 2], [byName.id, tookByName <= 3]);
  }
  expect(found).toEqual(found.map(() => [id, true]));
  const [all, tookTogether] = await readsOf(() => counted.profiles.canonicalOf(ws, ids));
  expect([...all.values()].map((profile) => profile.id)).toEqual(ids.map(() => id));
  expect(tookTogether).toBeLessThanOrEqual(2);
}

describe(`a chain of ${links} merges, in each of which the survivor of the last one is absorbed`, () => {
  const users = Array.from({ length: links + 1 }, (_, link) => userOf(link));
  const last = userOf(links);
  const unmerge = (survivor: string, absorbed: string): Event =>
    anEvent({
      ...{ kind: 'alias', name: 'alias', identifiers: naming(survivor), receivedAt: now, occurredAt: now },
      unmerges: idOf.get(absorbed) as ProfileId,
    });

  it('leaves every old id two reads away from who it is', async () => {
    // Each is older than the one before, and stays.
    await happen(
      users.map((user, link) => anEvent({ by: { user_id: user }, receivedAt: now, occurredAt: now - link * 1_000 })),
      500,
    );
    for (const { id, identifiers } of await api.store.profiles.page(workspace.ws, 1_000))
      idOf.set(identifiers[0]?.value ?? '', id);
    const merges = users.slice(1).map((user, before) => {
      const identifiers = naming(userOf(before), user);
      return anEvent({ kind: 'alias', name: 'alias', identifiers, isMerge: true, receivedAt: now, occurredAt: now });
    });
    await happen(merges.slice(0, alone), 1);
    await happen(merges.slice(alone), together);
    expect(await api.store.profiles.count(workspace.ws)).toBe(1);
    await expectToFind(last, users);
  });

  it('and still does when the last one is taken back, and the one before', async () => {
    const [other = '', another = ''] = [userOf(links - 1), userOf(links - 2)];
    await happen([unmerge(last, other)], 1);
    await expectToFind(last, [last]);
    await expectToFind(other, users.slice(0, -1));

    await happen([unmerge(other, another)], 1);
    await expectToFind(other, [other]);
    await expectToFind(another, users.slice(0, 3));
    expect(await api.store.profiles.count(workspace.ws)).toBe(3);
  });
});
