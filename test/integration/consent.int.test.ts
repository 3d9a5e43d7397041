import { profileId } from '../../src/domain/ids';
import { startSystem, until, type System } from '../../src/testing/system';
import { startWebhookTwin, type WebhookTwin } from '../../src/twins/webhook-twin';
import { hookMs, putCrm, signingSecret } from './use-cases-harness';

const records = (status: string, more: object = {}) => ({ consent: { records: { advertising: { status, ...more } } } });
const reminder = {
  name: 'Reminder',
  entry: { on: { event: 'Cart Started' } },
  purpose: 'advertising',
  start: 'mail',
  steps: {
    mail: { type: 'send', destination: 'crm', action: 'message', mapping: {}, next: 'done' },
    done: { type: 'exit', reason: 'done' },
  },
} as const;

let system: System;
let crm: WebhookTwin;
/** The profile of each user, as it is named at the CRM. */
const ids: Record<string, string> = {};
beforeAll(async () => {
  crm = await startWebhookTwin({ secret: signingSecret });
  system = await startSystem();
  await putCrm(system, crm);
  const { client } = system;
  await client.audiences.put('vip', { name: 'VIP', rule: { trait: 'tier', is: 'equals', value: 'gold' } });
  await client.audiences.attach('vip', 'crm', { purpose: 'advertising', identifiers: ['user_id'] });
  const gold = { tier: 'gold' };
  await client.events.identify({ userId: 'yes', traits: gold, context: records('granted', { proof: { form: 'f1' } }) });
  await client.events.identify({ userId: 'no', traits: gold, context: records('denied') });
  await client.events.identify({ userId: 'silent', traits: gold });
  await system.settled();
  for (const user of ['yes', 'no', 'silent']) ids[user] = (await client.profiles.get(`user_id:${user}`)).id;
}, hookMs);
afterAll(async () => {
  await system.stop();
  await crm.close();
}, hookMs);

/** Waits until exactly these people are members at the CRM. */
const membersAre = (...users: string[]) => {
  const wanted = users.map((user) => ids[user]).sort();
  const areThere = async () => JSON.stringify(crm.membersOf('vip').sort()) === JSON.stringify(wanted) || undefined;
  return until(areThere, `${users.join(' and ')} to be the members`, 30_000);
};
const lastDelivery = async (user: string) => (await system.client.profiles.deliveries(`user_id:${user}`)).data[0];
const settledSend = (user: string) =>
  until(async () => {
    const delivery = await lastDelivery(user);
    return delivery?.kind === 'journey' && ['delivered', 'withheld'].includes(delivery.status) ? delivery : undefined;
  }, `the send to ${user} to be settled`);

describe('what silence means', () => {
  it('allows while nobody has defined the purpose', () => membersAre('yes', 'silent'));

  it('takes people off a destination when the purpose is defined, and puts them back when it allows', async () => {
    await system.client.purposes.put('advertising', { name: 'Advertising' });
    await membersAre('yes');
    await system.client.purposes.put('advertising', { name: 'Advertising', whenUnset: 'allow' });
    await membersAre('yes', 'silent');
    await system.client.purposes.put('advertising', { name: 'Advertising', whenUnset: 'deny' });
    await membersAre('yes');
  });

  it('yields to what somebody says over the API, with proof, and to what they take back', async () => {
    const proof = { form: 'call-centre', agent: 'a7' };
    const granted = await system.client.profiles.putConsent('user_id:silent', 'advertising', {
      status: 'granted',
      proof,
    });
    expect(granted).toMatchObject({ status: 'granted', isAllowed: true, basis: 'statement' });
    await membersAre('yes', 'silent');
    const revoked = await system.client.profiles.putConsent('user_id:silent', 'advertising', { status: 'revoked' });
    expect(revoked).toMatchObject({ status: 'revoked', isAllowed: false });
    await membersAre('yes');
    const { data, purposes } = await system.client.profiles.consent('user_id:silent');
    expect(data).toMatchObject([{ status: 'revoked' }, { status: 'granted', proof, isTrusted: true }]);
    expect(purposes).toMatchObject([{ purpose: 'advertising', status: 'revoked', messageId: data[0]?.messageId }]);
  });
});

describe('deliveries', () => {
  it('say under which consent they were allowed or withheld, by the event that said so', async () => {
    const { client } = system;
    await client.journeys.put('reminder', reminder);
    await client.journeys.publish('reminder');
    for (const userId of ['yes', 'no', 'silent']) await client.events.track({ userId, event: 'Cart Started' });
    const statement = (await client.profiles.consent('user_id:yes')).data[0];
    expect(await settledSend('yes')).toMatchObject({
      status: 'delivered',
      consent: { purpose: 'advertising', basis: 'statement', status: 'granted', messageId: statement?.messageId },
    });
    for (const user of ['no', 'silent'])
      expect(await settledSend(user)).toMatchObject({
        status: 'withheld',
        reason: 'consent',
        consent: { basis: 'statement' },
      });
    const { data } = await client.deliveries.list({ audience: 'vip', profile: 'user_id:yes' });
    expect(data.at(-1)).toMatchObject({
      operation: 'add',
      consent: { status: 'granted', messageId: statement?.messageId },
    });
  });
});

describe('a suppression', () => {
  it('takes somebody off within seconds, holds sends back, and lets them return when it is lifted', async () => {
    const { client } = system;
    await client.events.identify({ userId: 'curt', traits: { tier: 'gold' }, context: records('granted') });
    await system.settled();
    ids['curt'] = (await client.profiles.get('user_id:curt')).id;
    await membersAre('yes', 'curt');
    await client.suppressions.put('user_id:curt', { reason: 'complaint' });
    await membersAre('yes');
    const { suppressed } = await client.profiles.get('user_id:curt');
    expect(suppressed).toMatchObject([{ scope: 'everything', reason: 'complaint' }]);
    await client.events.track({ userId: 'curt', event: 'Cart Started' });
    const withheld = { status: 'withheld', reason: 'suppressed', consent: { status: 'granted' } };
    expect(await settledSend('curt')).toMatchObject(withheld);
    const { withheld: reasons } = await client.impact.destination('crm', { window: '1d' });
    expect(reasons).toMatchObject({ suppressed: 1 });
    await client.suppressions.delete('user_id:curt');
    await membersAre('yes', 'curt');
    expect(await client.profiles.get('user_id:curt')).not.toHaveProperty('suppressed');
  });

  it('is acknowledged once an attempt that began before it has ended', async () => {
    const { client, store, ws } = system;
    await client.events.identify({ userId: 'dora', context: records('granted') });
    await system.settled();
    const dora = [profileId((await client.profiles.get('user_id:dora')).id)];
    crm.failNext(1, { hangMs: 1_500 });
    await client.events.track({ userId: 'dora', event: 'Cart Started' });
    await until(async () => (await store.enrollments.sendingTo(ws, dora)) > 0 || undefined, 'an attempt to begin');
    expect(await client.suppressions.put('user_id:dora')).not.toHaveProperty('sending');
    expect(await store.enrollments.sendingTo(ws, dora)).toBe(0);
  });

  it('ends by itself when its time is over', async () => {
    // Long enough to be seen holding on a slow store, too.
    await system.client.suppressions.put('user_id:yes', { expiresAt: new Date(Date.now() + 15_000).toISOString() });
    await membersAre('curt');
    await membersAre('yes', 'curt');
  });

  it('of somebody who is not known yet holds from their first event on', async () => {
    await system.client.suppressions.put('user_id:late', { scope: 'destination:crm' });
    await system.client.events.identify({ userId: 'late', traits: { tier: 'gold' }, context: records('granted') });
    await system.client.events.identify({ userId: 'other', traits: { tier: 'gold' }, context: records('granted') });
    await system.settled();
    ids['other'] = (await system.client.profiles.get('user_id:other')).id;
    await membersAre('yes', 'curt', 'other');
    expect((await system.client.profiles.get('user_id:late')).suppressed).toMatchObject([{ scope: 'destination:crm' }]);
  });
});
