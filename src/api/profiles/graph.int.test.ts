import { dayMs } from '../../domain/duration';
import request from 'supertest';
import type { IdentityGraph, IdentityInsights } from '../../client/types';
import { inTransaction } from '../../store/open-store';
import { sendBatch, useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);

async function get<Body>(path: string, key = workspace.apiKey): Promise<Body> {
  return (await request(api.app).get(path).auth(key, { type: 'bearer' }).expect(200)).body as Body;
}
async function apply(...events: readonly object[]): Promise<void> {
  await sendBatch(api.app, workspace.secretKey, events).expect(200);
  await api.catchUp(workspace.ws);
}

async function quarantine(at: number, value: string): Promise<void> {
  const note = { rev: 1, people: [], quarantine: { at, reason: 'asked' as const, source: 'x' } };
  const write = { identifier: { type: 'email', value }, note, isNew: true };
  await inTransaction(api.store.connection, (session) =>
    api.store.identifierNotes.write(workspace.ws, [write], session),
  );
}

describe('the graph of a profile', () => {
  beforeEach(async () => {
    await apply({ type: 'track', messageId: 'seen', anonymousId: 'a1', event: 'Viewed' });
    await apply({
      type: 'identify',
      messageId: 'joined',
      userId: 'ada',
      traits: { email: 'ada@example.com', plan: 'gold' },
    });
    await apply({ type: 'identify', messageId: 'tied', userId: 'ada', anonymousId: 'a1' });
  });

  it('says of each identifier which event brought it and whose it was first, and of each merge why', async () => {
    const { profiles, edges, room } = await get<IdentityGraph>('/v1/profiles/user_id:ada/graph');
    const [ada, visitor] = profiles;
    const identifiers = edges.flatMap((edge) => (edge.kind === 'identifier' ? [edge] : []));
    expect(identifiers.map(({ identifier, profile, messageId }) => [identifier.type, profile, messageId])).toEqual(
      expect.arrayContaining([
        ['user_id', ada, 'joined'],
        ['email', ada, 'joined'],
        ['anonymous_id', visitor, 'seen'],
      ]),
    );
    expect(edges.filter(({ kind }) => kind === 'merge')).toEqual([
      expect.objectContaining({ absorbed: visitor, survivor: ada, messageId: 'tied', reason: 'identifiers' }),
    ]);
    expect(room).toMatchObject({ identifiers: { used: 3, most: 1_000 }, merges: { used: 1 }, traits: { used: 2 } });
  });

  it('shows no personal data to a key that may not see it, and nothing to another workspace', async () => {
    const scopes = {
      name: 'reader',
      kind: 'management' as const,
      scopes: ['profiles:read'],
      source: 'x',
      createdAt: 0,
    };
    const { text } = await api.store.keys.create(workspace.ws, 'dev', scopes);
    for (const path of ['graph', 'traits'])
      expect(JSON.stringify(await get(`/v1/profiles/user_id:ada/${path}`, text))).not.toContain('ada@example.com');
    const other = await api.createWorkspace('Other');
    await request(api.app).get('/v1/profiles/user_id:ada/graph').auth(other.apiKey, { type: 'bearer' }).expect(404);
  });

  it('says of each trait who said so and since when', async () => {
    await apply({ type: 'identify', userId: 'ada', traits: { plan: 'gold' } });
    const { data } = await get<{ data: { name: string; at: string; since: string; source: string }[] }>(
      '/v1/profiles/user_id:ada/traits',
    );
    const plan = data.find(({ name }) => name === 'plan');
    expect(plan).toMatchObject({ value: 'gold', source: expect.any(String) });
    expect(Date.parse(plan?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(plan?.since ?? ''));
  });

  it('is counted: what was merged and kept apart, and how much people are known by', async () => {
    await apply({ type: 'identify', userId: 'bob', traits: { email: 'bob@example.com' } });
    await apply({ type: 'track', userId: 'bob', event: 'Seen', context: { traits: { email: 'ada@example.com' } } });
    await quarantine(Date.now() - 31 * dayMs, 'office@example.com');
    await quarantine(Date.now() - 29 * dayMs, 'test@example.com');
    const insights = await get<IdentityInsights>('/v1/identity/insights');
    expect(insights).toMatchObject({
      violations: { unique: 1, untrusted: 0 },
      merges: { byIdentifiers: 1, asked: 0, undone: 0 },
      quarantine: { identifiers: 2, recent: 1 },
      sample: {
        profiles: 2,
        known: 2,
        merged: 1,
        mergeRate: 0.5,
        absorbed: { average: 0.5, most: 1 },
        identifiers: { average: 2.5, most: 3 },
        byType: { email: { p50: 1 } },
      },
    });
  });
});
