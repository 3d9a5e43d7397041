import { Analytics } from '@segment/analytics-node';
import { openDoor, type Door } from '../../testing/door';
import { useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);
let door: Door;
let analytics: Analytics;
const errors: unknown[] = [];
beforeEach(async () => {
  door = await openDoor(api.app);
  errors.length = 0;
  analytics = new Analytics({ writeKey: workspace.secretKey, host: door.url, flushAt: 5, maxRetries: 3 });
  analytics.on('error', (error) => errors.push(error));
});
afterEach(() => door.close());

const stored = () => api.store.events.claim(workspace.ws, 0, 100, 1e9);

describe('@segment/analytics-node, unmodified', () => {
  it('delivers every kind of call', async () => {
    analytics.identify({ userId: 'u1', traits: { email: 'Ann@example.com', tier: 'gold' } });
    analytics.track({
      userId: 'u1',
      event: 'Order Completed',
      properties: { revenue: 10, '$set.x': { ['__proto__']: 1 } },
    });
    analytics.track({ userId: 'u1', event: 'Old', timestamp: new Date('2020-01-01T00:00:00Z') });
    analytics.page({ anonymousId: 'a1', name: 'Home', category: 'Shop' });
    analytics.screen({ anonymousId: 'a1', name: 'Start' });
    analytics.group({ userId: 'u1', groupId: 'g1', traits: { plan: 'pro' } });
    analytics.alias({ userId: 'u1', previousId: 'a1' });
    for (let n = 0; n < 20; n += 1) analytics.track({ userId: 'u1', event: 'Viewed', properties: { n } });
    await analytics.closeAndFlush();
    expect(errors).toEqual([]);
    const events = await stored();
    expect(events).toHaveLength(27);
    const kinds = new Set(events.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['identify', 'track', 'page', 'screen', 'group', 'alias']));
    const old = events.find(({ name }) => name === 'Old');
    expect(new Date(old?.occurredAt ?? 0).getUTCFullYear()).toBe(2020);
    await api.catchUp(workspace.ws);
    expect(await api.store.profiles.count(workspace.ws)).toBe(1);
  });

  it('tries again when the server is busy, after the time it asks for, and it counts once', async () => {
    door.troubles.push({ status: 429, retryAfter: 1 }, { status: 503, retryAfter: 1 }, 'cut');
    const began = Date.now();
    analytics.track({ userId: 'u1', event: 'Persistent' });
    await analytics.closeAndFlush();
    expect(Date.now() - began).toBeGreaterThanOrEqual(1_000);
    expect(door.answers).toEqual(['429', '503', 'cut', '200'].map((status) => `POST /v1/batch ${status}`));
    expect(errors).toEqual([]);
    expect(await stored()).toHaveLength(1);
  });
});
