import { createHmac } from 'node:crypto';
import type { JsonObject } from '../../domain/json';
import { describeReceiver, eventsOf, mostEvents, now, receive, type Signer } from '../receiver.testsuite';
import { hubspot } from './hubspot';

const address = 'https://data.example/v1/webhooks/ws_1/crm';
const signWith =
  (uri: string): Signer =>
  (body, { secret, at }) => ({
    method: 'POST',
    url: '/v1/webhooks/ws_1/crm',
    headers: {
      'x-hubspot-signature-v3': createHmac('sha256', secret)
        .update(`POST${uri}`)
        .update(body)
        .update(String(at))
        .digest('base64'),
      'x-hubspot-request-timestamp': String(at),
    },
    body,
  });

const change = (of: JsonObject): JsonObject => ({
  eventId: 100,
  subscriptionId: 138,
  portalId: 33,
  appId: 1_160_452,
  occurredAt: now - 30_000,
  subscriptionType: 'contact.propertyChange',
  attemptNumber: 0,
  objectId: 51,
  changeSource: 'CRM',
  ...of,
});
const email = change({ propertyName: 'email', propertyValue: 'ann@example.com' });
const specimen = { kind: hubspot, settings: { address }, sign: signWith(address) };

describeReceiver({
  ...specimen,
  body: [email],
  topic: 'contact.propertyChange',
  unknown: { body: [change({ subscriptionType: 'deal.creation' })], topic: 'deal.creation' },
  hasTime: true,
});

describe('HubSpot', () => {
  const contact = { type: 'app_user_id', value: 'hubspot:51' };

  it('tells each change of a contact as a trait, and ties the e-mail to the contact', () => {
    const stage = change({ eventId: 101, propertyName: 'lifecyclestage', propertyValue: 'customer' });
    expect(eventsOf(specimen, [email, stage])).toMatchObject([
      {
        messageId: `hubspot:33:138:51:100:${now - 30_000}`,
        kind: 'identify',
        occurredAt: now - 30_000,
        identifiers: [{ type: 'email', value: 'ann@example.com' }, contact],
        traits: { email: 'ann@example.com' },
      },
      { kind: 'identify', identifiers: [contact], traits: { lifecyclestage: 'customer' } },
    ]);
  });

  it.each([
    ['its own subscription', { subscriptionType: 'contact.creation' }],
    ['the generic one', { subscriptionType: 'object.creation', objectTypeId: '0-1' }],
  ])('tells a new contact by %s', (_, of) => {
    expect(eventsOf(specimen, [change(of)])).toMatchObject([
      { name: 'Contact Created', identifiers: [contact], properties: { source: 'CRM' } },
      { kind: 'identify', identifiers: [contact], traits: { hubspot_contact_id: '51' } },
    ]);
  });

  it('passes over other objects of the generic subscription', () => {
    expect(eventsOf(specimen, [change({ subscriptionType: 'object.creation', objectTypeId: '0-3' })])).toEqual([]);
  });

  it('refuses a body that makes more events than one request may have, before it makes any', () => {
    const body = (changes: number) =>
      Buffer.from(
        JSON.stringify(
          Array.from({ length: changes }, (_, n) => change({ eventId: n, subscriptionType: 'contact.creation' })),
        ),
      );
    const mapping = {
      'contact.creation': Array.from({ length: 10 }, () => ({ type: 'identify', identifiers: { user_id: 'u1' } })),
    };
    const ask = (changes: number) =>
      receive(hubspot, specimen.sign(body(changes), { secret: 'the present secret', at: now }), {
        settings: { address, mapping },
      });
    expect(ask(mostEvents / 10)).toMatchObject({ verdict: 'accepted' });
    expect(ask(mostEvents / 10 + 1)).toMatchObject({ verdict: 'refused', status: 413, code: 'too-large' });
  });

  it('is signed over the address that HubSpot calls, whatever a proxy makes of it', () => {
    const body = Buffer.from('[]');
    const elsewhere = signWith('https://other.example/v1/webhooks/ws_1/crm');
    const ask = (sign: Signer, settings: object) =>
      receive(hubspot, sign(body, { secret: 'the present secret', at: now }), { settings }).verdict;
    expect(ask(elsewhere, { address })).toBe('refused');
    expect(ask(signWith(`${address}?a=b:c`), { address: `${address}?a=b%3Ac` })).toBe('accepted');
  });
});
