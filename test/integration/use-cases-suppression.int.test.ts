import { createHash } from 'node:crypto';
import { startSystem, type System } from '../../src/testing/system';
import { startMetaTwin, type MetaTwin } from '../../src/twins/meta-twin';
import { exampleDestination, foundIn, historiesOf, hookMs, membership, putAudiences } from './use-cases-harness';

const accessToken = 'EAAB-token-of-the-tests';
const appSecret = 'app-secret-of-the-tests';
const hashed = (email: string): string => `EMAIL:${createHash('sha256').update(email).digest('hex')}`;

describe('paid-media suppression, end to end', () => {
  let system: System;
  let meta: MetaTwin;
  const suppressed = (): string[] => meta.audienceIds().flatMap((id) => meta.membersOf(id));
  const isSuppressed = (email: string) => () => suppressed().includes(hashed(email));

  /** How long after its acknowledgement the latest upload to Meta arrived; printed, not judged: machines differ. */
  const tell = (what: string, acknowledgedAt: number): void => {
    const arrivedAt = Math.max(...meta.exchanges.map(({ receivedAt }) => receivedAt));
    process.stdout.write(
      `paid-media suppression: ${what} ${arrivedAt - acknowledgedAt} ms after the acknowledgement\n`,
    );
  };

  beforeAll(async () => {
    meta = await startMetaTwin({ accessToken, appSecret });
    system = await startSystem();
    await putAudiences(system, 'existing-customers');
    const ads = exampleDestination('meta-ads');
    const settings = { ...ads.settings, apiBase: meta.url };
    await system.client.destinations.put('meta-ads', { ...ads, settings, secrets: { accessToken, appSecret } });
    await system.client.audiences.attach('existing-customers', 'meta-ads', {
      use: 'exclude',
      identifiers: ['email'],
      external: { create: true },
    });
  }, hookMs);
  afterAll(async () => {
    await system.stop();
    await meta.close();
  }, hookMs);

  it('a known customer whom billing knows by number only is a member, and nothing can be sent yet', async () => {
    await system.client.events.identify({ userId: 'u1', traits: { status: 'active', last_name: 'Thistlewood' } });
    await membership(system, 'user_id:u1', 'existing-customers', 'in');
    expect(suppressed()).toEqual([]);
  });

  it('an anonymous visitor comes from an ad and browses: a profile of its own, nobody’s customer', async () => {
    await system.client.events.page({
      anonymousId: 'a1',
      name: 'Landing',
      properties: { url: 'https://shop.example/?utm_source=meta&fbclid=x1' },
    });
    await system.client.events.track({ anonymousId: 'a1', event: 'Product Viewed', properties: { product_id: 'p1' } });
    await system.settled();
    const visitor = await system.client.profiles.get('anonymous_id:a1');
    const customer = await system.client.profiles.get('user_id:u1');
    expect(visitor.id).not.toBe(customer.id);
    expect(visitor.audiences).toEqual([]);
  });

  it('signing in ties the visitor to the customer, who is at Meta as a hash moments later', async () => {
    const visitor = await system.client.profiles.get('anonymous_id:a1');
    await system.client.events.identify({
      userId: 'u1',
      anonymousId: 'a1',
      traits: { email: 'Ada.Thistlewood@Personal.example ' },
    });
    const acknowledgedAt = Date.now();
    await meta.waitFor(isSuppressed('ada.thistlewood@personal.example'), 30_000);
    tell('a visitor who signed in was at Meta', acknowledgedAt);
    const one = await system.client.profiles.get('user_id:u1');
    expect((await system.client.profiles.get('anonymous_id:a1')).id).toBe(one.id);
    expect(one.mergedFrom).toEqual([visitor.id]);
    expect(one.audiences.map(({ key }) => key)).toEqual(['existing-customers']);
    expect(suppressed()).toEqual([hashed('ada.thistlewood@personal.example')]);
    const { data } = await system.client.profiles.events('anonymous_id:a1');
    expect(data.map(({ type }) => type).sort()).toEqual(['identify', 'identify', 'page', 'track']);
  });

  it('a visitor who becomes a customer is added moments later', async () => {
    await system.client.events.page({ anonymousId: 'a2', name: 'Landing' });
    await system.settled();
    await system.client.events.batch([
      {
        type: 'identify',
        anonymousId: 'a2',
        userId: 'u2',
        traits: { email: 'grace@personal.example', status: 'active' },
      },
    ]);
    const acknowledgedAt = Date.now();
    await meta.waitFor(isSuppressed('grace@personal.example'), 30_000);
    tell('a new customer was at Meta', acknowledgedAt);
    expect(suppressed()).toHaveLength(2);
  });

  it('a former customer is removed', async () => {
    await system.client.events.identify({ userId: 'u1', traits: { status: 'inactive' } });
    const acknowledgedAt = Date.now();
    await meta.waitFor(() => !isSuppressed('ada.thistlewood@personal.example')(), 30_000);
    tell('a former customer was off the list', acknowledgedAt);
    expect(suppressed()).toEqual([hashed('grace@personal.example')]);
    await membership(system, 'user_id:u1', 'existing-customers', 'out');
  });

  it('one audience was made at Meta, each change was sent once, and the ledger says so', async () => {
    expect(meta.audienceIds()).toHaveLength(1);
    expect(meta.complaints).toEqual([]);
    const uploads = meta.exchanges.filter(({ path }) => path.endsWith('/users')).map(({ method }) => method);
    expect(uploads).toEqual(['POST', 'POST', 'DELETE']);
    await system.settled();
    const { data } = await system.client.deliveries.list({ audience: 'existing-customers' });
    expect(data.map(({ operation, status }) => `${String(operation)} ${status}`)).toEqual([
      'remove delivered',
      'add delivered',
      'add delivered',
    ]);
    expect(await system.client.impact.destination('meta-ads')).toMatchObject({
      emitted: 3,
      delivered: 3,
      conservation: { gap: 0 },
    });
  });

  it('leaves no name, no address and no secret in Temporal', async () => {
    const text = await historiesOf(system, ['intake', 'backfill', 'sync']);
    expect(foundIn(text, ['Thistlewood', 'personal.example', accessToken, appSecret])).toEqual([]);
  });
});
