import { createHash } from 'node:crypto';
import type { JsonObject } from '../../src/client/types';
import { startSystem, until, type System } from '../../src/testing/system';
import { graphError } from '../../src/twins/meta-graph';
import { startMetaTwin, type MetaTwin } from '../../src/twins/meta-twin';
import type { TwinFailure } from '../../src/twins/twin-server';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import {
  exampleDestination,
  foundIn,
  historiesOf,
  hookMs,
  membership,
  putAudiences,
  putCrm,
  signingSecret,
} from './use-cases-harness';

const accessToken = 'EAAB-token-of-the-tests';
const hashed = (email: string): string => `EMAIL:${createHash('sha256').update(email).digest('hex')}`;
const email = (userId: string): string => `${userId}@personal.example`;

describe('an audience kept in step with a destination', () => {
  let system: System;
  let meta: MetaTwin;
  let crm: WebhookTwin;

  const identify = (userId: string, traits: JsonObject, context: JsonObject = {}) =>
    system.client.events.identify({ userId, traits, context });
  const customer = (userId: string, traits: JsonObject = {}) =>
    identify(userId, { email: email(userId), name: 'Wilhelmina Thistlewood', status: 'active', ...traits });
  const consent = (userId: string, advertising: boolean) =>
    identify(userId, {}, { consent: { categoryPreferences: { advertising } } });
  const idOf = async (userId: string) => (await system.client.profiles.get(`user_id:${userId}`)).id;

  const atMeta = async (audience: string): Promise<string[]> => {
    const { external } = await system.client.audiences.attachment(audience, 'meta-ads');
    return external && 'id' in external ? meta.membersOf(external.id) : [];
  };
  const meetsMeta = (audience: string, holds: (members: string[]) => boolean, what: string) =>
    until(async () => holds(await atMeta(audience)) || undefined, what, 45_000);
  const isAtMeta = (audience: string, address: string) =>
    meetsMeta(audience, (members) => members.includes(hashed(address)), `${address} to be in ${audience} at Meta`);
  const isGoneFromMeta = (audience: string, address: string) =>
    meetsMeta(audience, (members) => !members.includes(hashed(address)), `${address} to leave ${audience} at Meta`);
  /** Every change of a person that the CRM got, in order, repeats included. */
  const changesAtCrm = (profile: string) =>
    crm.messages.flatMap((message) =>
      message.type === 'audience.members'
        ? message.data.members
            .filter((member) => member.profile === profile)
            .map((member) => ({ ...member, operation: message.data.operation }))
        : [],
    );
  const crmGot = (profile: string, operations: readonly string[]) =>
    until(
      async () => {
        const got = changesAtCrm(profile).map(({ operation }) => operation);
        return JSON.stringify(got) === JSON.stringify(operations) || undefined;
      },
      `the CRM to get ${operations.join(', ')} of ${profile}`,
    );
  const inStep = (audience: string, destination: string) =>
    until(async () => {
      const { pending } = await system.client.audiences.attachment(audience, destination);
      return pending === 0 || undefined;
    }, `${audience} to be in step with ${destination}`);

  beforeAll(async () => {
    [meta, crm] = await Promise.all([startMetaTwin({ accessToken }), startWebhookTwin({ secret: signingSecret })]);
    system = await startSystem();
    await putAudiences(system, 'existing-customers', 'vip');
    await putCrm(system, crm);
    const ads = exampleDestination('meta-ads');
    const settings = { ...ads.settings, apiBase: meta.url };
    await system.client.destinations.put('meta-ads', { ...ads, settings, secrets: { accessToken } });
    const { attach } = system.client.audiences;
    const external = { create: true } as const;
    const purpose = 'advertising';
    await attach('existing-customers', 'meta-ads', { use: 'exclude', purpose, identifiers: ['email'], external });
    await attach('vip', 'meta-ads', { use: 'target', purpose, identifiers: ['email'], external });
    await attach('vip', 'crm', { use: 'target', purpose, identifiers: ['user_id', 'email'] });
  }, hookMs);
  afterAll(async () => {
    await system.stop();
    await Promise.all([meta.close(), crm.close()]);
  }, hookMs);

  it('tells a webhook each membership change exactly once, under a key of its own', async () => {
    await customer('u1', { tier: 'gold', ltv: 900 });
    const profile = await until(async () => (await membership(system, 'user_id:u1', 'vip', 'in'), idOf('u1')), 'u1');
    await crmGot(profile, ['add']);
    await identify('u1', { ltv: 100 });
    await crmGot(profile, ['add', 'remove']);
    await identify('u1', { ltv: 901 });
    await crmGot(profile, ['add', 'remove', 'add']);
    const changes = changesAtCrm(profile);
    expect(new Set(changes.map(({ id }) => id)).size).toBe(3);
    expect(changes[2]).toMatchObject({ identifiers: { user_id: 'u1', email: email('u1') } });
    expect(crm.membersOf('vip')).toContain(profile);
  });

  it('sends a changed e-mail again: the old one goes, the new one comes', async () => {
    await customer('u2', { tier: 'gold', ltv: 900 });
    await isAtMeta('existing-customers', email('u2'));
    await identify('u2', { email: 'new.u2@personal.example' });
    await isAtMeta('existing-customers', 'new.u2@personal.example');
    await isGoneFromMeta('existing-customers', email('u2'));
    const profile = await idOf('u2');
    await crmGot(profile, ['add', 'add']);
    expect(changesAtCrm(profile).map(({ identifiers }) => identifiers['email'])).toEqual([
      email('u2'),
      'new.u2@personal.example',
    ]);
  });

  it('keeps an address that two people have given while the one it belongs to is a member', async () => {
    const shared = 'family@personal.example';
    await customer('u3', { email: shared });
    await isAtMeta('existing-customers', shared);
    await customer('u4', { email: shared });
    await membership(system, 'user_id:u4', 'existing-customers', 'in');
    // The second person does not become the first: the address stays with whom it was tied to.
    expect(await idOf('u4')).not.toBe(await idOf('u3'));
    await identify('u4', { status: 'inactive' });
    await membership(system, 'user_id:u4', 'existing-customers', 'out');
    await system.settled();
    await inStep('existing-customers', 'meta-ads');
    expect(await atMeta('existing-customers')).toContain(hashed(shared));
    await identify('u3', { status: 'inactive' });
    await isGoneFromMeta('existing-customers', shared);
  });

  it('takes somebody who refuses off target lists, keeps them on exclusion lists, and adds them again on a later grant', async () => {
    await customer('u5', { tier: 'gold', ltv: 900 });
    await isAtMeta('vip', email('u5'));
    await isAtMeta('existing-customers', email('u5'));
    const profile = await idOf('u5');
    await crmGot(profile, ['add']);
    await consent('u5', false);
    await isGoneFromMeta('vip', email('u5'));
    await crmGot(profile, ['add', 'remove']);
    await inStep('existing-customers', 'meta-ads');
    expect(await atMeta('existing-customers')).toContain(hashed(email('u5')));
    expect((await system.client.profiles.get('user_id:u5')).audiences.map(({ key }) => key)).toContain('vip');
    await consent('u5', true);
    await isAtMeta('vip', email('u5'));
    await crmGot(profile, ['add', 'remove', 'add']);
  });

  it('sends everybody who is a member already when it is attached, and takes them away again when that is asked for', async () => {
    await customer('u6');
    await customer('u7');
    await membership(system, 'user_id:u7', 'existing-customers', 'in');
    await system.settled();
    const { size } = await system.client.audiences.get('existing-customers');
    await system.client.audiences.attach('existing-customers', 'crm', { use: 'exclude', onDetach: 'remove' });
    const holds = (count: number) =>
      until(
        async () => crm.membersOf('existing-customers').length === count || undefined,
        `the CRM to hold ${count} existing customers`,
      );
    await holds(size);
    expect(crm.membersOf('existing-customers')).toEqual(
      (await system.client.audiences.members('existing-customers')).data.map(({ profileId }) => profileId).sort(),
    );
    expect(await system.client.audiences.attachment('existing-customers', 'crm')).toMatchObject({ wanted: size });
    await system.client.audiences.detach('existing-customers', 'crm');
    await holds(0);
  });

  describe('when the vendor fails', () => {
    const uploadsOf = (address: string) =>
      meta.exchanges
        .filter(({ body }) => body.includes(hashed(address).slice('EMAIL:'.length)))
        .map(({ status }) => status);
    const busy: TwinFailure = { ...graphError(400, 80003, 'Too many calls.'), headers: { 'retry-after': '1' } };

    it.each<[string, string, TwinFailure, number | undefined, unknown]>([
      ['a 429', 'u8', { status: 429, headers: { 'retry-after': '1' } }, 429, 'http-429'],
      ['a rate limit of its own', 'u9', busy, 400, 'meta-80003'],
      ['a 500', 'u10', { status: 500, body: 'no JSON' }, 500, 'http-500'],
      ['a broken connection', 'u11', { resetConnection: true }, undefined, expect.any(String)],
      ['an answer lost after the work was done', 'u12', { status: 502, isHandled: true }, 502, 'http-502'],
    ])('tries again after %s', async (_, userId, failure, status, code) => {
      meta.failNext(1, failure);
      await customer(userId);
      await isAtMeta('existing-customers', email(userId));
      await inStep('existing-customers', 'meta-ads');
      expect(uploadsOf(email(userId))).toEqual([status, 200]);
      const { data } = await system.client.deliveries.list({ profile: `user_id:${userId}` });
      expect(data).toMatchObject([{ status: 'delivered', attempts: [{ code }, { outcome: 'ok' }] }]);
    });

    it('repeats a change to a webhook under the same key when the answer was lost', async () => {
      crm.failNext(2, { resetConnection: true, isHandled: true });
      await customer('u13', { tier: 'gold', ltv: 900 });
      await membership(system, 'user_id:u13', 'vip', 'in');
      const profile = await idOf('u13');
      await crmGot(profile, ['add', 'add', 'add']);
      await inStep('vip', 'crm');
      expect(new Set(changesAtCrm(profile).map(({ id }) => id)).size).toBe(1);
      expect(crm.membersOf('vip')).toContain(profile);
    });

    it('a refused token pauses the destination; what changes meanwhile waits, and goes out when it is resumed', async () => {
      meta.failNext(1, graphError(401, 190, 'Error validating access token.'));
      await customer('u14');
      const paused = async () => (await system.client.destinations.get('meta-ads')).paused;
      expect(await until(paused, 'the destination to be paused')).toEqual({
        reason: 'meta-190',
        at: expect.any(String),
      });
      await customer('u15');
      await identify('u6', { status: 'inactive' });
      await membership(system, 'user_id:u6', 'existing-customers', 'out');
      await system.settled();
      expect(await atMeta('existing-customers')).not.toContain(hashed(email('u15')));
      const { data } = await system.client.deliveries.list({ profile: 'user_id:u14' });
      expect(data).toMatchObject([{ status: 'held', reason: 'auth' }]);
      const resumed = await fetch(`${system.url}/v1/destinations/meta-ads/resume`, {
        method: 'POST',
        headers: { authorization: `Bearer ${system.keys.api}` },
      });
      expect(resumed.status).toBe(200);
      for (const userId of ['u14', 'u15']) await isAtMeta('existing-customers', email(userId));
      await isGoneFromMeta('existing-customers', email('u6'));
    });
  });

  it('ends with the destinations holding exactly the members, and a ledger that adds up', async () => {
    await system.settled();
    await inStep('existing-customers', 'meta-ads');
    await inStep('vip', 'crm');
    const { data: members } = await system.client.audiences.members('vip');
    expect(crm.membersOf('vip')).toEqual(members.map(({ profileId }) => profileId).sort());
    for (const destination of ['crm', 'meta-ads']) {
      const { emitted, delivered, conservation } = await system.client.impact.destination(destination);
      expect({ destination, delivered, gap: conservation.gap }).toEqual({ destination, delivered: emitted, gap: 0 });
    }
  });

  it('leaves no name, no address and no secret in Temporal', async () => {
    const text = await historiesOf(system, ['intake', 'backfill', 'sync']);
    expect(foundIn(text, ['Thistlewood', 'Wilhelmina', 'personal.example', accessToken, signingSecret])).toEqual([]);
  });
});
