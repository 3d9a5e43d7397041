import RudderAnalytics from '@rudderstack/rudder-sdk-node';
import { openDoor, type Door } from '../../testing/door';
import { useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);
let door: Door;
let client: RudderAnalytics;
const errors: unknown[] = [];
beforeEach(async () => {
  door = await openDoor(api.app);
  errors.length = 0;
  const errorHandler = (error: unknown) => void errors.push(error);
  client = new RudderAnalytics(workspace.secretKey, { dataPlaneUrl: door.url, flushAt: 10, errorHandler });
});
afterEach(() => door.close());

const stored = () => api.store.events.claim(workspace.ws, 0, 100, 1e9);

describe('@rudderstack/rudder-sdk-node, unmodified: compressed JSON that says it is a form', () => {
  it('delivers every kind of call', async () => {
    client.identify({ userId: 'u1', anonymousId: 'a1', traits: { email: 'Ann@example.com', tier: 'gold' } });
    client.track({ userId: 'u1', event: 'Order Completed', properties: { revenue: 10 } });
    client.track({ userId: 'u1', event: 'Old', timestamp: new Date('2020-01-01T00:00:00Z') });
    client.page({ anonymousId: 'a1', name: 'Home', category: 'Shop' });
    client.screen({ anonymousId: 'a1', name: 'Start' });
    client.group({ userId: 'u1', groupId: 'g1', traits: { plan: 'pro' } });
    client.alias({ userId: 'u1', previousId: 'a2' });
    await client.flush();
    await client.flush();
    expect(errors).toEqual([]);
    const events = await stored();
    expect(events.map(({ kind }) => kind).sort()).toEqual([
      'alias',
      'group',
      'identify',
      'page',
      'screen',
      'track',
      'track',
    ]);
    expect(events.find(({ kind }) => kind === 'identify')?.identifiers).toEqual([
      { type: 'user_id', value: 'u1' },
      { type: 'anonymous_id', value: 'a1' },
      { type: 'email', value: 'ann@example.com' },
    ]);
    const old = events.find(({ name }) => name === 'Old');
    expect(new Date(old?.occurredAt ?? 0).getUTCFullYear()).toBe(2020);
    await api.catchUp(workspace.ws);
    expect(await api.store.profiles.count(workspace.ws)).toBe(1);
  });

  it('tries again when the server says so, after the time it asks for, and it counts once', async () => {
    door.troubles.push({ status: 429, retryAfter: 1 }, { status: 503, retryAfter: 1 });
    const began = Date.now();
    client.track({ userId: 'u1', event: 'Persistent' });
    await client.flush();
    expect(Date.now() - began).toBeGreaterThanOrEqual(2_000);
    expect(door.answers).toEqual(['POST /v1/batch 429', 'POST /v1/batch 503', 'POST /v1/batch 200']);
    expect(errors).toEqual([]);
    expect(await stored()).toHaveLength(1);
  });
});
