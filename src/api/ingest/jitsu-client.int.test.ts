import { jitsuAnalytics, type AnalyticsInterface } from '@jitsu/js';
import { openDoor, type Door } from '../../testing/door';
import { useTestApi, useWorkspace } from '../../testing/test-api';

const api = useTestApi();
const workspace = useWorkspace(api, beforeEach);
let door: Door;
beforeEach(async () => {
  errors.length = 0;
  door = await openDoor(api.app);
});
afterEach(() => door.close());

const stored = () => api.store.events.claim(workspace.ws, 0, 100, 1e9);
const errors: string[] = [];
/** Its keys have two parts, and it says nothing of ours unless they do. */
const clientOf = (s2s: boolean): AnalyticsInterface =>
  jitsuAnalytics({
    host: door.url,
    writeKey: `heddle:${workspace.secretKey}`,
    s2s,
    errorPolicy: (message) => void errors.push(message),
  });

describe.each([
  ['a server', true, '/api/s/s2s'],
  ['an app', false, '/api/s'],
])('@jitsu/js in %s, unmodified', (_where, s2s, path) => {
  it('delivers every kind of call, and keeps person and browser together', async () => {
    const client = clientOf(s2s);
    client.setAnonymousId('a1');
    await client.identify('u1', { email: 'Ann@example.com', tier: 'gold' });
    await client.track('Order Completed', { revenue: 10 });
    await client.page('Home', { path: '/' });
    await client.group('g1', { plan: 'pro' });
    expect(errors).toEqual([]);
    expect(door.answers).toEqual(['identify', 'track', 'page', 'group'].map((type) => `POST ${path}/${type} 200`));
    const events = await stored();
    expect(events.map(({ kind }) => kind)).toEqual(['identify', 'track', 'page', 'group']);
    expect(events[1]).toMatchObject({ name: 'Order Completed', properties: { revenue: 10 }, isTrusted: true });
    for (const { identifiers } of events) {
      expect(identifiers).toEqual(expect.arrayContaining([{ type: 'anonymous_id', value: 'a1' }]));
    }
    await api.catchUp(workspace.ws);
    const [profile] = await api.store.profiles.page(workspace.ws, 2);
    expect(await api.store.profiles.count(workspace.ws)).toBe(1);
    expect(profile?.traits['tier']).toMatchObject({ value: 'gold' });
  });

  it.each([429, 503])('tells its caller about a %d and does not try by itself', async (status) => {
    door.troubles.push({ status, retryAfter: 1 });
    await clientOf(s2s).track('Lost');
    expect(errors).toEqual([expect.stringContaining(String(status))]);
    expect(door.answers).toEqual([`POST ${path}/track ${status}`]);
    expect(await stored()).toEqual([]);
  });
});
