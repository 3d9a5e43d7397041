import type { Server } from 'node:http';
import { Analytics } from '@segment/analytics-node';
import { listen, openTestApi, type TestApi, type TestWorkspace } from '../../testing/test-api';

jest.setTimeout(60_000);

let api: TestApi;
let workspace: TestWorkspace;
let server: Server;
let analytics: Analytics;
const errors: unknown[] = [];
beforeAll(async () => {
  api = await openTestApi();
  workspace = await api.createWorkspace();
  const listening = await listen(api.app);
  server = listening.server;
  analytics = new Analytics({ writeKey: workspace.secretKey, host: listening.url, flushAt: 5, maxRetries: 0 });
  analytics.on('error', (error) => errors.push(error));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await api.close();
});

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
    const stored = await api.store.events.claim(workspace.ws, 0, 100, 1e9);
    expect(stored).toHaveLength(27);
    const kinds = new Set(stored.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['identify', 'track', 'page', 'screen', 'group', 'alias']));
    const old = stored.find(({ name }) => name === 'Old');
    expect(new Date(old?.occurredAt ?? 0).getUTCFullYear()).toBe(2020);
    await api.catchUp(workspace.ws);
    expect(await api.store.profiles.count(workspace.ws)).toBe(1);
  });
});
